import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { explicitPadding, noPadding } from "../../../host/numerics/window.js";
import type { Pool2dAttributes } from "../../../host/ops/convolution/pool-2d.js";
import type { Operator } from "../../../host/ops/operator.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, quantized } from "../quantized-tensors.js";

/** A random pool: geometry, quantization, data. */
export interface PoolCase {
  input: Tensor;
  output: Tensor;
  attributes: Pool2dAttributes;
  data: Int8Array;
}

/** Draws a pool with SAME, VALID or uneven explicit padding; every fifth reaches over the whole input. */
export function drawPool(seed: number): PoolCase {
  const { integer, real, int8s } = random(seed);
  const whole = seed % 5 === 4;
  const [batches, height, width, channels] = [integer(1, 2), integer(1, 9), integer(1, 9), integer(1, 11)];
  const filterHeight = whole ? height : integer(1, Math.min(4, height));
  const filterWidth = whole ? width : integer(1, Math.min(4, width));
  const window = {
    filterHeight,
    filterWidth,
    strideHeight: integer(1, 4),
    strideWidth: integer(1, 4),
    dilationHeight: 1,
    dilationWidth: 1,
  };
  const kind = seed % 3;
  const padding =
    kind === 2
      ? {
          top: integer(0, filterHeight - 1),
          bottom: integer(0, filterHeight - 1),
          left: integer(0, filterWidth - 1),
          right: integer(0, filterWidth - 1),
        }
      : explicitPadding(kind === 0 ? "same" : "valid", height, width, window);
  const { strideHeight, strideWidth } = window;
  const out = (length: number, pads: number, filter: number, stride: number): number =>
    Math.floor((length + pads - filter) / stride) + 1;
  const scale = drawScale(real, 0.001, 2);
  const zeroPoint = integer(-128, 127);
  const shape = [
    batches,
    out(height, padding.top + padding.bottom, filterHeight, strideHeight),
    out(width, padding.left + padding.right, filterWidth, strideWidth),
    channels,
  ];
  return {
    input: quantized([batches, height, width, channels], scale, zeroPoint),
    output: quantized(shape, scale, zeroPoint),
    attributes: {
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      padding,
      activation: (["none", "relu", "relu6"] as const)[integer(0, 2)] ?? "none",
    },
    data: int8s(batches * height * width * channels),
  };
}

/** Draws a pool whose pixels may lie apart; it has padding of which some counts. */
export function drawSpreadPool(seed: number): PoolCase {
  const { integer, int8s } = random(seed);
  const [dilationHeight, dilationWidth] = [integer(1, 3), integer(1, 3)];
  const [batches, channels] = [integer(1, 2), integer(1, 5)];
  const [height, width] = [integer(dilationHeight, 9), integer(dilationWidth, 9)];
  const [filterHeight, filterWidth] = [integer(1, 3), integer(1, 3)];
  const [strideHeight, strideWidth] = [integer(1, 3), integer(1, 3)];
  const rows = (filterHeight - 1) * dilationHeight;
  const columns = (filterWidth - 1) * dilationWidth;
  // As much as makes one window fit, at least.
  const around = (length: number, span: number): [number, number] => {
    const before = integer(0, span);
    return [before, integer(Math.min(span, Math.max(0, span + 1 - length - before)), span)];
  };
  const [[top, bottom], [left, right]] = [around(height, rows), around(width, columns)];
  const padding = { top, bottom, left, right };
  const counted = {
    top: integer(0, top),
    bottom: integer(0, bottom),
    left: integer(0, left),
    right: integer(0, right),
  };
  const scale = 0.25;
  const zeroPoint = integer(-128, 127);
  const outHeight = Math.floor((height + top + bottom - rows - 1) / strideHeight) + 1;
  const outWidth = Math.floor((width + left + right - columns - 1) / strideWidth) + 1;
  return {
    input: quantized([batches, height, width, channels], scale, zeroPoint),
    output: quantized([batches, outHeight, outWidth, channels], scale, zeroPoint),
    attributes: {
      ...{ filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth },
      ...{ padding, counted, activation: "none" },
    },
    data: int8s(batches * height * width * channels),
  };
}

/**
 * Every window's pixels inside the input, in the output's order, and a number for each that counts: the definition of
 * pooling.
 *
 * @param blank what padding counts as; undefined where it takes no part
 */
export function windows({ input, output, attributes, data }: PoolCase, blank?: number): number[][] {
  const { dilationHeight = 1, dilationWidth = 1, counted = noPadding } = attributes;
  const [, height, width, channels] = input.shape as [number, number, number, number];
  const [batches, outHeight, outWidth] = output.shape as [number, number, number];
  const result: number[][] = [];
  for (let b = 0; b < batches; b++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        for (let c = 0; c < channels; c++) {
          const pixels: number[] = [];
          for (let fy = 0; fy < attributes.filterHeight; fy++) {
            for (let fx = 0; fx < attributes.filterWidth; fx++) {
              const iy = y * attributes.strideHeight + fy * dilationHeight - attributes.padding.top;
              const ix = x * attributes.strideWidth + fx * dilationWidth - attributes.padding.left;
              const isCounted =
                iy >= -counted.top &&
                iy < height + counted.bottom &&
                ix >= -counted.left &&
                ix < width + counted.right;
              const isInside = iy >= 0 && ix >= 0 && iy < height && ix < width;
              if (!isInside && isCounted && blank !== undefined) pixels.push(blank);
              if (!isInside) continue;
              pixels.push(data[((b * height + iy) * width + ix) * channels + c] as number);
            }
          }
          result.push(pixels);
        }
      }
    }
  }
  return result;
}

/** The fused activation on the output's integers, from its definition on real numbers. */
function activate({ output, attributes }: PoolCase, value: number): number {
  const scale = output.quantization?.scale[0] as number;
  const zeroPoint = output.quantization?.zeroPoint[0] as number;
  const low = attributes.activation === "none" ? -128 : Math.max(-128, zeroPoint);
  const high = attributes.activation === "relu6" ? Math.min(127, zeroPoint + Math.round(6 / scale)) : 127;
  return Math.min(high, Math.max(low, value));
}

/** Compares the kernel with `combine` of every window's pixels, on random geometry, under attributes of its own. */
export async function checkPoolKernel(
  operator: string,
  combine: (pixels: readonly number[]) => number,
  own: Partial<Pool2dAttributes> = {},
): Promise<void> {
  for (let seed = 0; seed < 45; seed++) {
    const spec = drawPool(seed);
    const [bytes] = await runCase({
      operator,
      attributes: { ...spec.attributes, ...own },
      inputs: [spec.input],
      outputs: [spec.output],
      activations: [spec.data],
    });
    assert.equal(
      asInt8(bytes),
      windows(spec).map((pixels) => activate(spec, combine(pixels))),
      `seed ${seed}`,
    );
  }
}

/** Compares the kernel of float32, or of int16, with `combine` of every window's pixels, on random geometry. */
export async function checkWidePoolKernel(
  operator: string,
  dtype: "float32" | "int16",
  combine: (pixels: readonly number[]) => number,
): Promise<void> {
  for (let seed = 100; seed < 120; seed++) {
    const { integer, real } = random(seed);
    const drawn = drawPool(seed);
    const count = drawn.data.length;
    const scale = integer(1, 9) / 4096;
    const tensor = ({ shape }: Tensor): Tensor =>
      dtype === "int16" ? { ...quantized(shape, scale, 0), dtype } : { name: "t", dtype, shape };
    const data =
      dtype === "int16"
        ? Int16Array.from({ length: count }, () => integer(-(2 ** 15), 2 ** 15 - 1))
        : Float32Array.from({ length: count }, () => real() * 20 - 10);
    const { activation } = drawn.attributes;
    const six = dtype === "int16" ? Math.min(32767, Math.round(6 / scale)) : 6;
    const clamp = (value: number): number =>
      activation === "none" ? value : Math.min(activation === "relu6" ? six : Infinity, Math.max(0, value));
    const [bytes] = await runCase({
      operator,
      attributes: drawn.attributes,
      inputs: [tensor(drawn.input)],
      outputs: [tensor(drawn.output)],
      activations: [data],
    });
    const { buffer } = Uint8Array.from(bytes as Uint8Array);
    const actual = dtype === "int16" ? new Int16Array(buffer) : new Float32Array(buffer);
    const expected = windows({ ...drawn, data: data as unknown as Int8Array }).map((pixels) =>
      clamp(combine(pixels)),
    );
    assert.equal([...actual], expected, `seed ${seed}`);
  }
}

/**
 * Compares the kernels of pools whose pixels lie apart with `combine` of every window's pixels, padding that counts among
 * them, and the reference too.
 *
 * @param combine of integers, or of float32
 */
export async function checkSpreadPool(
  operator: Operator<Pool2dAttributes>,
  dtype: "int8" | "uint8" | "int16" | "float32",
  combine: (pixels: readonly number[]) => number,
): Promise<void> {
  const typed = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, float32: Float32Array }[dtype];
  for (let seed = 0; seed < 30; seed++) {
    const drawn = drawSpreadPool(seed);
    const data = new typed([...drawn.data].map((value) => (dtype === "float32" ? value / 3 : value)));
    const of = ({ shape, quantization }: Tensor): Tensor => {
      if (dtype === "float32" || dtype === "uint8") return { name: "t", dtype, shape };
      return dtype === "int16"
        ? { ...quantized(shape, 0.25, 0), dtype }
        : { name: "t", dtype, shape, ...(quantization && { quantization }) };
    };
    const [input, output] = [of(drawn.input), of(drawn.output)];
    const zero = input.quantization?.zeroPoint[0] ?? 0;
    const blank = operator.name === "maxPool2d" ? undefined : zero;
    const spec = { ...drawn, input, output, data: data as never };
    const expected = windows(spec, blank).map(combine);
    const { attributes } = drawn;
    const [bytes] = await runCase({
      ...{ operator: operator.name, attributes },
      ...{ inputs: [input], outputs: [output], activations: [data] },
    });
    const actual = new typed(Uint8Array.from(bytes as Uint8Array).buffer);
    assert.equal([...actual], expected, `seed ${seed}`);
    const node = { name: "n", attributes, inputs: [input], outputs: [output] };
    const [reference] = operator.reference(node, [Float32Array.from(data, (value) => value - zero)]);
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs((reference?.[i] as number) - (value - zero)) < (dtype === "float32" ? 1e-3 : 0.51));
  }
}

/** Compares the float reference with `combine` of every window's pixels. */
export function checkPoolReference(
  operator: Operator<Pool2dAttributes>,
  combine: (pixels: readonly number[]) => number,
): void {
  for (let seed = 0; seed < 20; seed++) {
    const spec = drawPool(seed);
    const attributes = { ...spec.attributes, activation: "relu" as const };
    const node = { name: "n", attributes, inputs: [spec.input], outputs: [spec.output] };
    const [output] = operator.reference(node, [Float32Array.from(spec.data)]);
    const expected = windows(spec).map((pixels) => Math.fround(Math.max(0, combine(pixels))));
    assert.equal([...(output as Float32Array)], expected, `seed ${seed}`);
  }
}

/** Checks that a pool refuses what it cannot run, with the reason. */
export function checkPoolRefusals(operator: Operator<Pool2dAttributes>): void {
  const spec = drawPool(1);
  const { attributes, input, output } = spec;
  const scale = input.quantization?.scale[0] as number;
  const zeroPoint = input.quantization?.zeroPoint[0] as number;
  const refuses = (change: Partial<PoolCase>, pattern: RegExp): void => {
    const changed = { ...spec, ...change };
    const node = {
      name: "n",
      attributes: changed.attributes,
      inputs: [changed.input],
      outputs: [changed.output],
    };
    assert.throws(
      () => operator.infer(node),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  assert.equal(
    operator.infer({ name: "n", attributes, inputs: [input], outputs: [output] })[0]?.shape,
    output.shape,
  );
  refuses({ input: { ...input, shape: [4, 4] } }, /rank 2/);
  refuses({ input: { ...input, dtype: "int32" } }, /int32; int8, int16(,| or) float32/);
  const counted = { ...noPadding, left: attributes.padding.left + 1 };
  refuses({ attributes: { ...attributes, counted } }, /of the padding left \d+ count/);
  refuses({ output: quantized(output.shape, scale + 1e-5, zeroPoint) }, /output has scale/);
  refuses({ output: quantized(output.shape, scale, zeroPoint === 0 ? 1 : 0) }, /zero point/);
  refuses({ attributes: { ...attributes, strideWidth: 0 } }, /strideWidth 0/);
  refuses({ attributes: { ...attributes, filterHeight: 99 } }, /does not fit/);
  refuses(
    { attributes: { ...attributes, padding: { ...attributes.padding, top: attributes.filterHeight } } },
    /reaches over a whole window/,
  );
}
