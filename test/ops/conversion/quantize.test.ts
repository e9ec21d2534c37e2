import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { quantize } from "../../../host/ops/conversion/quantize.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";

const ranges = { int8: [-128, 127], uint8: [0, 255] } as const;
type Byte = keyof typeof ranges;

async function run(
  input: Tensor,
  output: Tensor,
  data: ArrayBufferView,
  keepInputs: boolean,
): Promise<number[]> {
  const spec = {
    operator: "quantize",
    attributes: {},
    inputs: [input],
    outputs: [output],
    activations: [data],
    keepInputs,
  };
  const [bytes] = (await runCase(spec)) as [Uint8Array];
  return output.dtype === "int8" ? [...Int8Array.from(bytes)] : [...bytes];
}

/** Rounds a float32 to nearest with halves away from zero, as C's `round`. */
function roundAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

test("quantizeFloat32 rounds and clamps as the specification says", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const source = random(seed);
    const dtype: Byte = seed % 4 === 3 ? "uint8" : "int8";
    const [low, high] = ranges[dtype];
    const scale = drawScale(source.real, 1e-6, 10);
    const zeroPoint = source.integer(low, high);
    const random300 = Array.from({ length: 300 }, () => (source.real() - 0.5) * 600 * scale);
    const halves = Array.from({ length: 300 }, (_, i) => (i - 150 + 0.5) * scale);
    const nearHalf = [0.49999997, -0.49999997, 0.5, -0.5, 1.4999999, 2.5000002].map((value) => value * scale);
    const extremes = [0, -0, 3e38, -3e38, 1e-45, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const data = Float32Array.from([...random300, ...halves, ...nearHalf, ...extremes]);
    const expected = Array.from(data, (value) => {
      const q = roundAway(Math.fround(value / scale)) + zeroPoint;
      return Math.min(high, Math.max(low, q));
    });
    const input = plain([data.length]);
    const output = quantized([data.length], scale, zeroPoint, dtype);
    assert.equal(await run(input, output, data, seed % 2 === 0), expected, `seed ${seed}`);
  }
});

/** Integer dtypes, their ranges and their arrays. */
const integers = {
  int8: { low: -128, high: 127, array: Int8Array },
  uint8: { low: 0, high: 255, array: Uint8Array },
  int16: { low: -32768, high: 32767, array: Int16Array },
  int32: { low: -(2 ** 31), high: 2 ** 31 - 1, array: Int32Array },
} as const;

test("quantizeFloat32 to 16 and 32 bits rounds and clamps alike", async () => {
  for (const dtype of ["int16", "int32"] as const) {
    const { low, high, array } = integers[dtype];
    const [scale, zeroPoint] = [Math.fround(0.013), dtype === "int16" ? -7 : 0];
    const data = Float32Array.of(0, 0.0065, -0.0065, 1.5, -77.77, 3e38, -3e38, 200, Number.NaN);
    const [bytes] = (await runCase({
      operator: "quantize",
      attributes: {},
      inputs: [plain([data.length])],
      outputs: [quantized([data.length], scale, zeroPoint, dtype)],
      activations: [data],
    })) as [Uint8Array];
    const expected = Array.from(data, (value) => {
      const q = roundAway(Math.fround(value / scale)) + zeroPoint;
      return Number.isNaN(value) ? low : Math.min(high, Math.max(low, q));
    });
    assert.equal([...new array(bytes.slice().buffer)], expected, dtype);
  }
});

test("quantize between any two integer dtypes gives the integers of the specification", async () => {
  const names = Object.keys(integers) as (keyof typeof integers)[];
  for (let seed = 0; seed < 48; seed++) {
    const source = random(seed);
    const [from, to] = [names[seed % 4], names[(seed >> 2) % 4]] as [
      keyof typeof integers,
      keyof typeof integers,
    ];
    const [a, b] = [integers[from], integers[to]];
    const spread = from === "int32" ? 1e-4 : from === "int16" ? 1e-2 : 1;
    const [scale, outputScale] = [
      drawScale(source.real, spread * 1e-3, spread * 0.1),
      drawScale(source.real, 1e-2, 1),
    ];
    const zeroPointOf = ({ low, high }: typeof a | typeof b): number =>
      high > 255 ? 0 : source.integer(low, high);
    const [zeroPoint, outputZeroPoint] = [zeroPointOf(a), zeroPointOf(b)];
    const data = new a.array(Array.from({ length: 200 }, () => source.integer(a.low, a.high)));
    const expected = Array.from(data, (q) => {
      const value = outputZeroPoint + rescale(q - zeroPoint, scale / outputScale);
      return Math.min(b.high, Math.max(b.low, value)) + 0;
    });
    const [bytes] = (await runCase({
      operator: "quantize",
      attributes: {},
      inputs: [quantized([200], scale, zeroPoint, from)],
      outputs: [quantized([200], outputScale, outputZeroPoint, to)],
      activations: [data],
      keepInputs: seed % 2 === 0,
    })) as [Uint8Array];
    assert.equal([...new b.array(bytes.slice().buffer)], expected, `seed ${seed}: ${from} to ${to}`);
  }
});

test("quantize from int32 by a factor above 1 saturates", async () => {
  const data = Int32Array.of(-(2 ** 31), -3, 0, 2, 2 ** 31 - 1);
  const [bytes] = (await runCase({
    operator: "quantize",
    attributes: {},
    inputs: [quantized([5], 8, 0, "int32")],
    outputs: [quantized([5], 1, 0, "int16")],
    activations: [data],
  })) as [Uint8Array];
  assert.equal([...new Int16Array(bytes.slice().buffer)], [-32768, -24, 0, 16, 32767]);
});

test("quantizeFloat32 gives the least integer for NaN", async () => {
  const data = Float32Array.of(Number.NaN, 1);
  assert.equal(await run(plain([2]), quantized([2], 1, 5), data, false), [-128, 6]);
});

test("quantize between 8-bit parameters gives the bytes of the specification", async () => {
  const pairs: [Byte, Byte][] = [
    ["int8", "int8"],
    ["int8", "uint8"],
    ["uint8", "int8"],
    ["uint8", "uint8"],
  ];
  for (let seed = 0; seed < 24; seed++) {
    const source = random(seed);
    const [from, to] = pairs[seed % 4] as [Byte, Byte];
    const scale = drawScale(source.real, 1e-3, 1);
    const outputScale = seed % 5 === 0 ? scale : drawScale(source.real, 1e-3, 1);
    const zeroPoint = source.integer(ranges[from][0], ranges[from][1]);
    const outputZeroPoint = source.integer(ranges[to][0], ranges[to][1]);
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const expected = Array.from(data, (byte) => {
      const q = from === "int8" && byte > 127 ? byte - 256 : byte;
      const value = outputZeroPoint + rescale(q - zeroPoint, scale / outputScale);
      return Math.min(ranges[to][1], Math.max(ranges[to][0], value));
    });
    const input = quantized([256], scale, zeroPoint, from);
    const output = quantized([256], outputScale, outputZeroPoint, to);
    assert.equal(await run(input, output, data, seed % 2 === 0), expected, `seed ${seed}: ${from} to ${to}`);
  }
});

test("quantize between int8 and uint8 of equal scale moves by 128", async () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  const signed = quantized([256], 1 / 256, -128);
  const unsigned = quantized([256], 1 / 256, 0, "uint8");
  assert.equal(
    await run(signed, unsigned, data, true),
    Array.from(data, (byte) => byte ^ 0x80),
  );
  assert.equal(
    await run(unsigned, signed, data, true),
    Array.from(data, (byte) => byte - 128),
  );
});

test("quantize's float reference gives the real values that the integers stand for", () => {
  const node = { name: "n", attributes: {}, inputs: [plain([4])], outputs: [quantized([4], 0.5, 1)] };
  const [values] = quantize.reference(node, [Float32Array.of(0.6, -0.25, 1000, -1000)]);
  assert.equal([...(values as Float32Array)], [0.5, -0.5, 63, -64.5]);
});

test("quantize refuses what it cannot compute, with the reason", () => {
  const infer = (input: Tensor, output: Tensor) => () =>
    quantize.infer({ name: "n", attributes: {}, inputs: [input], outputs: [output] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(plain([4]), plain([4], "int64")), refused(/int64; int8, uint8, int16, int32/));
  assert.throws(infer(plain([4]), plain([4], "int8")), refused(/no scale/));
  assert.throws(infer(plain([4]), quantized([4], 0, 0)), refused(/scale 0/));
  assert.throws(infer(plain([4]), quantized([4], 1, 128)), refused(/zero point 128; a number in -128..127/));
  assert.throws(infer(plain([4], "int64"), quantized([4], 1, 0)), refused(/int64/));
  assert.throws(
    infer(quantized([4], 1e6, 0, "int16"), quantized([4], 1, 0)),
    refused(/factor of 1000000 is too large/),
  );
});

test.run();
