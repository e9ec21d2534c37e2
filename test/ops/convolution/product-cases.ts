import * as assert from "uvu/assert";
import { type NarrowStorage, narrowStorages, type Tensor } from "../../../host/graph/tensor.js";
import { type WeightMatrix, weightGroups } from "../../../host/numerics/narrow-weights.js";
import { weightMatrix } from "../../../host/ops/weight-matrix.js";
import { type Case, random, runCase } from "../harness.js";
import { rescale, rescaleLong } from "./convolution-reference.js";

/** What activations and weights are: `hybrid` are float32 activations with weights in int8 or int4. */
export const productKinds = [
  "float32",
  "float16",
  "hybrid",
  "hybrid-int4",
  "int8",
  "int8-int4",
  "int16",
  "int16-long",
] as const;

/** The same with weights in each form that takes fewer than 8 bits. */
export const narrowKinds = (["int8", "int16", "int16-long", "hybrid"] as const).flatMap((activations) =>
  narrowStorages.map((storage) => `${activations}-${storage}` as const),
);
export type ProductKind = (typeof productKinds)[number] | (typeof narrowKinds)[number];

/** In which form weights are stored in fewer than 8 bits. */
function narrowOf(kind: ProductKind): NarrowStorage | undefined {
  return narrowStorages.find((storage) => kind.endsWith(storage));
}

/** Whether biases and sums of int16 have 64 bits. */
function isLong(kind: ProductKind): boolean {
  return kind.startsWith("int16-long");
}

/** A weighted operator with its geometry, without values. */
export interface ProductShape {
  operator: string;
  attributes: { readonly activation: "none" | "relu" | "relu6"; readonly [name: string]: unknown };
  input: readonly number[];
  weights: readonly number[];
  output: readonly number[];
  /** Axis of the weights that counts output channels. */
  axis: 0 | 3;
  /** Pairs of elements of input and weights that an output sums, in order; `position` counts pixels, `n` channels. */
  pairs(position: number, n: number): readonly (readonly [pixel: number, weight: number])[];
  /** Whether one scale is multiplied by the input's in float32. */
  product: "convolution" | "matrix";
  /** Whether weights are no constant. */
  weightsAreActivations?: boolean;
}

type Source = ReturnType<typeof random>;

/** Numbers of a case. */
interface Values {
  input: Tensor;
  pixels: Int8Array | Int16Array | Float32Array;
  weights: Tensor & { data: Int8Array | Float32Array };
  bias: Tensor | undefined;
  output: Tensor;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Weights that have the form of a storage, at its bounds too. */
export function drawNarrow(
  integer: Source["integer"],
  shape: Pick<ProductShape, "operator" | "input" | "weights">,
  storage: NarrowStorage,
): Int8Array<ArrayBuffer> {
  const data = new Int8Array(sizeOf(shape.weights));
  if (storage !== "int4-groups") {
    const values = Array.from({ length: storage === "table4" ? 4 : 16 }, () => integer(-128, 127));
    return data.map(() =>
      storage === "int4" ? integer(-8, 7) : (values[integer(0, values.length - 1)] as number),
    );
  }
  const tensors = [shape.input, shape.weights].map((of) => ({ name: "", dtype: "int8" as const, shape: of }));
  const node = { name: "", attributes: {}, inputs: tensors, outputs: [] };
  for (const group of weightGroups(weightMatrix(shape.operator, node) as WeightMatrix)) {
    const multiplier = integer(1, 15);
    for (const i of group) data[i] = integer(-8, 7) * multiplier;
  }
  return data;
}

function drawWeights({ integer, real }: Source, shape: ProductShape, kind: ProductKind): Values["weights"] {
  const count = sizeOf(shape.weights);
  const common = { name: "weights", shape: shape.weights };
  if (kind === "float32" || kind === "float16") {
    const draw = (): number =>
      kind === "float16" ? integer(-1500, 1500) / 1024 : Math.fround(real() * 2 - 1);
    const stored = kind === "float16" ? { stored: "float16" as const } : {};
    return { ...common, dtype: "float32", data: Float32Array.from({ length: count }, draw), ...stored };
  }
  const narrow = narrowOf(kind);
  const outputs = shape.weights[shape.axis] as number;
  const perChannel = integer(0, 1) === 1 && shape.weightsAreActivations !== true;
  const scale = Array.from({ length: perChannel ? outputs : 1 }, () => Math.fround(0.002 + real() / 50));
  const zeroPoint = kind === "int8" && !perChannel ? integer(-128, 127) : 0;
  return {
    ...common,
    dtype: "int8",
    data: narrow
      ? drawNarrow(integer, shape, narrow)
      : Int8Array.from({ length: count }, () => integer(-128, 127)),
    quantization: { scale, zeroPoint: scale.map(() => zeroPoint), axis: shape.axis },
    ...(narrow ? { stored: narrow } : {}),
  };
}

function drawBias({ integer, real }: Source, outputs: number, kind: ProductKind): Tensor | undefined {
  if (integer(0, 3) === 0 && (isLong(kind) || !kind.startsWith("int16"))) return undefined;
  const common = { name: "bias", shape: [outputs] };
  const integers = Array.from({ length: outputs }, () => integer(-(2 ** 15), 2 ** 15 - 1));
  if (isLong(kind)) {
    if (integer(0, 1) === 0) return { ...common, dtype: "int16", data: Int16Array.from(integers) };
    return { ...common, dtype: "int64", data: BigInt64Array.from(integers, (value) => BigInt(value) << 18n) };
  }
  if (kind.startsWith("int")) return { ...common, dtype: "int32", data: Int32Array.from(integers) };
  return { ...common, dtype: "float32", data: Float32Array.from(integers, () => real() * 4 - 2) };
}

function draw(source: Source, shape: ProductShape, kind: ProductKind): Values {
  const { integer, real, int8s } = source;
  const weights = drawWeights(source, shape, kind);
  const outputs = shape.output.at(-1) as number;
  const bias = drawBias(source, outputs, kind);
  const count = sizeOf(shape.input);
  const depth = sizeOf(shape.weights) / outputs;
  if (!kind.startsWith("int")) {
    return {
      input: { name: "input", dtype: "float32", shape: shape.input },
      pixels: Float32Array.from({ length: count }, () => real() * 4 - 2),
      weights,
      bias,
      output: { name: "output", dtype: "float32", shape: shape.output },
    };
  }
  const dtype = kind.startsWith("int8") ? "int8" : "int16";
  const zeroPoint = (): number => (dtype === "int8" ? integer(-128, 127) : 0);
  const scale = Math.fround(0.001 + real() / 100);
  const typical = scale * 0.01 * Math.sqrt(depth) * (kind.endsWith("int4") ? 5 : 80);
  return {
    input: {
      name: "input",
      dtype,
      shape: shape.input,
      quantization: { scale: [scale], zeroPoint: [zeroPoint()], axis: 0 },
    },
    pixels:
      dtype === "int8"
        ? int8s(count)
        : Int16Array.from({ length: count }, () => integer(-(2 ** 15), 2 ** 15 - 1)),
    weights,
    bias,
    output: {
      name: "output",
      dtype,
      shape: shape.output,
      quantization: { scale: [Math.fround(typical)], zeroPoint: [zeroPoint()], axis: 0 },
    },
  };
}

/** An output of float32: products added to 0 in order, then the bias. */
function floatOutput(shape: ProductShape, { pixels, weights, bias }: Values, position: number, n: number) {
  const { scale = [], zeroPoint = [] } = weights.quantization ?? {};
  const weight = (i: number): number => {
    const value = weights.data[i] as number;
    if (weights.dtype === "float32") return value;
    return Math.fround((scale[scale.length === 1 ? 0 : n] as number) * (value - (zeroPoint[0] as number)));
  };
  let sum = 0;
  for (const [i, k] of shape.pairs(position, n))
    sum = Math.fround(sum + Math.fround((pixels[i] as number) * weight(k)));
  sum = Math.fround(sum + Number(bias?.data?.[n] ?? 0));
  const { activation } = shape.attributes;
  return activation === "none" ? sum : Math.min(activation === "relu6" ? 6 : Infinity, Math.max(0, sum));
}

/** An output in integers. */
function integerOutput(shape: ProductShape, values: Values, kind: ProductKind, position: number, n: number) {
  const { input, pixels, weights, bias, output } = values;
  const [zeroIn, zeroWeights, zeroOut] = [input, weights, output].map(
    ({ quantization }) => quantization?.zeroPoint[0] as number,
  ) as [number, number, number];
  let sum = BigInt(bias?.data?.[n] ?? 0);
  for (const [i, k] of shape.pairs(position, n))
    sum += BigInt(((pixels[i] as number) - zeroIn) * ((weights.data[k] as number) - zeroWeights));
  const scales = weights.quantization?.scale as number[];
  const [scaleIn, scaleOut] = [input, output].map(({ quantization }) => quantization?.scale[0] as number) as [
    number,
    number,
  ];
  const scale = scaleIn * (scales[scales.length === 1 ? 0 : n] as number);
  const factor = (shape.product === "matrix" && scales.length === 1 ? Math.fround(scale) : scale) / scaleOut;
  const value = (isLong(kind) ? rescaleLong(sum, factor) : rescale(Number(sum), factor)) + zeroOut;
  const limit = kind.startsWith("int8") ? 128 : 2 ** 15;
  const { activation } = shape.attributes;
  const six = zeroOut + Math.round(Math.fround(6 / scaleOut));
  const high = activation === "relu6" ? Math.min(limit - 1, six) : limit - 1;
  return Math.min(high, Math.max(activation === "none" ? -limit : zeroOut, value));
}

/** Draws values, runs the kernels on all engines and compares every output with its plain definition, bit for bit. */
export async function checkProduct(seed: number, shape: ProductShape, kind: ProductKind): Promise<void> {
  const values = draw(random(seed), shape, kind);
  const { input, pixels, weights, bias, output } = values;
  const { data, ...activation } = weights;
  const spec: Case = {
    operator: shape.operator,
    attributes: shape.attributes,
    inputs: [input, shape.weightsAreActivations === true ? activation : weights, bias],
    outputs: [output],
    activations: shape.weightsAreActivations === true ? [pixels, data] : [pixels],
  };
  const [bytes] = await runCase(spec);
  const { buffer } = Uint8Array.from(bytes as Uint8Array);
  const types = { int8: Int8Array, int16: Int16Array, float32: Float32Array };
  const actual = [...new types[output.dtype as keyof typeof types](buffer)];
  const outputs = shape.output.at(-1) as number;
  const expected = actual.map((_, i) => {
    const [position, n] = [Math.floor(i / outputs), i % outputs];
    return kind.startsWith("int")
      ? integerOutput(shape, values, kind, position, n)
      : floatOutput(shape, values, position, n);
  });
  assert.equal(actual, expected, `${kind}, seed ${seed}`);
}

/**
 * `checkProduct` for every form of weights of fewer than 8 bits and every type of activations that an operator takes, of several
 * drawn shapes each.
 */
export async function checkNarrowProducts(
  rounds: number,
  draw: (seed: number) => ProductShape,
  kinds: readonly ProductKind[] = narrowKinds,
): Promise<void> {
  for (let seed = 0; seed < rounds * kinds.length; seed++)
    await checkProduct(seed, draw(seed), kinds[seed % kinds.length] as ProductKind);
}

/** What a convolution is drawn with. */
interface ConvolutionDraw {
  groups?: number;
  depthwise?: boolean;
}

/** A random convolution in groups, or depthwise with a multiplier of `groups`. */
export function drawConvolution(
  seed: number,
  { groups = 1, depthwise = false }: ConvolutionDraw,
): ProductShape {
  const { integer } = random(seed);
  const channels = depthwise ? integer(1, 6) : groups * integer(1, seed % 3 === 0 ? 24 : 5);
  const outputs = depthwise ? channels * groups : groups * integer(1, 6);
  const depth = depthwise ? 1 : channels / groups;
  const [filterHeight, filterWidth] = seed % 4 === 0 ? [1, 1] : [integer(1, 4), integer(1, 4)];
  const [strideHeight, strideWidth] = [integer(1, 2), integer(1, 2)];
  const [dilationHeight, dilationWidth] = seed % 3 === 1 ? [integer(1, 3), integer(1, 2)] : [1, 1];
  const [top, bottom, left, right] = [integer(0, 2), integer(0, 2), integer(0, 2), integer(0, 2)];
  const spanHeight = (filterHeight - 1) * dilationHeight + 1;
  const spanWidth = (filterWidth - 1) * dilationWidth + 1;
  const [batches, height, width] = [integer(1, 2), spanHeight + integer(0, 5), spanWidth + integer(0, 5)];
  const outHeight = Math.floor((height + top + bottom - spanHeight) / strideHeight) + 1;
  const outWidth = Math.floor((width + left + right - spanWidth) / strideWidth) + 1;
  const activation = (["none", "relu", "relu6"] as const)[integer(0, 2)] ?? "none";
  return {
    operator: depthwise ? "depthwiseConv2d" : "conv2d",
    attributes: {
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      padding: { top, bottom, left, right },
      activation,
    },
    input: [batches, height, width, channels],
    weights: depthwise
      ? [1, filterHeight, filterWidth, outputs]
      : [outputs, filterHeight, filterWidth, depth],
    output: [batches, outHeight, outWidth, outputs],
    axis: depthwise ? 3 : 0,
    product: "convolution",
    pairs(position, n) {
      const x0 = (position % outWidth) * strideWidth - left;
      const row = Math.floor(position / outWidth);
      const y0 = (row % outHeight) * strideHeight - top;
      const image = Math.floor(row / outHeight) * height;
      const pairs: [number, number][] = [];
      for (let fy = 0; fy < filterHeight; fy++)
        for (let fx = 0; fx < filterWidth; fx++)
          for (let c = 0; c < depth; c++) {
            const [y, x] = [y0 + fy * dilationHeight, x0 + fx * dilationWidth];
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            const tap = fy * filterWidth + fx;
            const first = depthwise ? Math.floor(n / groups) : Math.floor(n / (outputs / groups)) * depth;
            pairs.push([
              ((image + y) * width + x) * channels + first + c,
              depthwise ? tap * outputs + n : (n * filterHeight * filterWidth + tap) * depth + c,
            ]);
          }
      return pairs;
    },
  };
}
