import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { softmax } from "../../../host/ops/reduction/softmax.js";
import { divideByPower, exp, highMultiply, oneOverOnePlus, rescale } from "../../numerics/gemmlowp.js";
import { compareLayers } from "../golden-layers.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, plain, quantized } from "../quantized-tensors.js";

/** Exponentials of a row's differences from its largest, without integer bits; differences that are too large give 0. */
function exponentials(row: readonly number[], scale: number, beta = 1): bigint[] {
  const real = Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1);
  let shift = 0;
  for (let fraction = real; fraction >= 1; fraction /= 2) shift++;
  const multiplier = BigInt(Math.round((real / 2 ** shift) * 2 ** 31));
  const radius = Math.floor((31 * 2 ** 26) / 2 ** shift);
  const largest = Math.max(...row);
  return row.map((value) =>
    largest - value > radius
      ? 0n
      : exp(highMultiply(BigInt(value - largest) * 2n ** BigInt(shift), multiplier), 5),
  );
}

/** One row of TFLite's int8 softmax, from its specification. */
function softmaxRow(row: readonly number[], scale: number, beta: number): number[] {
  const terms = exponentials(row, scale, beta);
  const sum = terms.reduce((total, term) => total + divideByPower(term, 12), 0n);
  let headroom = 0;
  while (sum << BigInt(headroom + 1) < 2n ** 32n) headroom++;
  const factor = oneOverOnePlus((sum << BigInt(headroom)) - 2n ** 31n);
  return terms.map((term) =>
    Math.min(127, Number(divideByPower(highMultiply(factor, term), 35 - headroom)) - 128),
  );
}

function rowsOf<T>(values: readonly T[], depth: number): T[][] {
  return Array.from({ length: values.length / depth }, (_, row) =>
    values.slice(row * depth, (row + 1) * depth),
  );
}

const output = (shape: readonly number[]): Tensor => quantized(shape, 1 / 256, -128);

async function run(
  data: Int8Array,
  shape: readonly number[],
  scale: number,
  beta: number,
): Promise<number[]> {
  const [bytes] = await runCase({
    operator: "softmax",
    attributes: { beta },
    inputs: [quantized(shape, scale, 5)],
    outputs: [output(shape)],
    activations: [data],
  });
  return asInt8(bytes);
}

test("softmaxInt8 gives the bytes of the specification for random rows, scales and betas", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const source = random(seed);
    const depth = source.integer(1, seed % 8 === 0 ? 1200 : 40);
    const shape = [source.integer(1, 3), source.integer(1, 3), depth];
    const scale = drawScale(source.real, 1e-6, 60);
    const beta = seed % 3 === 0 ? drawScale(source.real, 0.1, 10) : 1;
    const spread = source.integer(0, 255);
    const data = source
      .int8s(shape.reduce((a, b) => a * b))
      .map((value) => Math.max(-128, Math.min(127, value % (spread + 1))));
    const expected = rowsOf([...data], depth).flatMap((row) => softmaxRow(row, scale, beta));
    assert.equal(
      await run(data, shape, scale, beta),
      expected,
      `seed ${seed}: scale ${scale}, beta ${beta}, depth ${depth}`,
    );
  }
});

test("softmaxInt8 gives the bytes of the specification where rows saturate", async () => {
  const extremes: [number[], number][] = [
    [[127, -128], 1],
    [[-128, -128, -128], 0.05],
    [[127, 127], 40],
    [[-128], 0.1],
    [[0, -1, -2], 16],
    [[0, -1, -2], 31.9],
    [Array.from({ length: 300 }, () => 3), 0.5],
    [Array.from({ length: 600 }, () => -7), 0.5],
    [Array.from({ length: 4095 }, () => 127), 0.5],
  ];
  for (const [row, scale] of extremes) {
    const real = Math.fround(scale);
    assert.equal(
      await run(Int8Array.from(row), [1, row.length], real, 1),
      softmaxRow(row, real, 1),
      `${row.slice(0, 3)}, ${scale}`,
    );
  }
});

test("softmaxInt8 counts many exponentials that are the least to count, each as 1", async () => {
  const difference = -255;
  const exponentialAt = (scale: number): bigint => {
    const real = scale * 2 ** 26;
    const shift = Math.floor(Math.log2(real)) + 1;
    const multiplier = BigInt(Math.round((real / 2 ** shift) * 2 ** 31));
    return exp(highMultiply(BigInt(difference) * 2n ** BigInt(shift), multiplier), 5);
  };
  let scale = Math.fround(0.0543);
  while (exponentialAt(scale) > 2048n) scale = Math.fround(scale * (1 + 2 ** -22));
  assert.is(exponentialAt(scale), 2048n);
  const row = [127, ...Array.from({ length: 4094 }, () => 127 + difference)];
  const expected = softmaxRow(row, scale, 1);
  assert.is(expected[0], 126, "the many small ones take two steps from the large one");
  assert.equal(await run(Int8Array.from(row), [1, row.length], scale, 1), expected);
});

test("softmaxInt8 stays within one step of the real function", async () => {
  const source = random(7);
  const data = source.int8s(120);
  for (const scale of [0.01, 0.1, 0.3].map(Math.fround)) {
    const actual = await run(data, [12, 10], scale, 1);
    const real = softmax.reference(
      { name: "n", attributes: { beta: 1 }, inputs: [plain([12, 10])], outputs: [plain([12, 10])] },
      [Float32Array.from(data, (q) => q * scale)],
    )[0] as Float32Array;
    actual.forEach((q, i) => {
      assert.ok(
        Math.abs((q + 128) / 256 - (real[i] as number)) <= 1.01 / 256,
        `scale ${scale}, element ${i}`,
      );
    });
  }
});

test("softmaxInt8 gives the bytes of TensorFlow Lite Micro on real layers", async () => {
  for (const id of [
    "mlperf-tiny-kws_ref_model",
    "mlperf-tiny-pretrainedResnet_quant",
    "tflm-micro_speech_quantized",
    "tflm-person_detect",
  ]) {
    const compared = await compareLayers(id, "softmax");
    if (compared !== undefined) assert.is(compared, 1, id);
  }
});

/** One row of TFLite's softmax from int8 to int16, from its specification. */
function wideRow(row: readonly number[], scale: number): number[] {
  const terms = exponentials(row, scale);
  const sum = terms.reduce((total, term) => total + divideByPower(term, 12), 0n);
  let headroom = 0;
  while (sum << BigInt(headroom + 1) < 2n ** 32n) headroom++;
  const factor = oneOverOnePlus((sum << BigInt(headroom)) - 2n ** 31n);
  return terms.map((term) =>
    Math.min(32767, Number(divideByPower(highMultiply(factor, term), 27 - headroom)) - 32768),
  );
}

test("softmaxInt8Int16 gives the values of the specification for random rows and scales", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const source = random(seed + 50);
    const [rows, depth] = [source.integer(1, 3), source.integer(1, 40)];
    const scale = drawScale(source.real, 1e-4, 4);
    const data = source.int8s(rows * depth);
    const [bytes] = await runCase({
      operator: "softmax",
      attributes: { beta: 1 },
      inputs: [quantized([rows, depth], scale, 5)],
      outputs: [{ ...quantized([rows, depth], 2 ** -16, -(2 ** 15)), dtype: "int16" }],
      activations: [data],
    });
    const actual = new Int16Array(Uint8Array.from(bytes as Uint8Array).buffer);
    assert.equal(
      [...actual],
      rowsOf([...data], depth).flatMap((row) => wideRow(row, scale)),
      `seed ${seed}`,
    );
  }
});

/** TFLite's table of a function of int16: 512 pieces, each moved by half of its middle's error. */
function table(from: number, to: number, real: (x: number) => number): number[] {
  const step = (to - from) / 512;
  const round = (x: number): number => Math.sign(x) * Math.round(Math.abs(x));
  const at = (x: number): number => real(x) * 32768;
  const entries = Array.from({ length: 513 }, (_, i) => {
    const x = from + i * step;
    if (i === 512) return round(at(to));
    const error = round((at(x + step) + round(at(x))) / 2) - round(at(x + step / 2));
    return round(at(x)) - round(error / 2);
  });
  return entries.map((entry) => Math.min(32767, Math.max(-32768, entry)));
}

function lookUp(entries: readonly number[], value: number): number {
  const x = Math.min(32767, Math.max(-32768, value)) + 32768;
  const [base, next] = [entries[x >> 7] as number, entries[(x >> 7) + 1] as number];
  return base + (((next - base) * (x & 127) + 64) >> 7);
}

/** One row of TFLite's int16 softmax, from its specification. */
function int16Row(row: readonly number[], scale: number, beta: number): number[] {
  const largest = Math.max(...row);
  const e = row.map((value) => {
    const scaled = rescale(value - largest, (scale * beta) / (10 / 65535));
    return lookUp(table(-10, 0, Math.exp), scaled + 32767);
  });
  const sum = e.reduce((a, b) => a + b, 0);
  const headroom = Math.clz32(sum);
  const shifted = Number(((BigInt(sum) << BigInt(headroom - 1)) + 8192n) >> 14n);
  const factor = lookUp(
    table(0, 1, (x) => 1 / (1 + x)),
    shifted - 98304,
  );
  const right = 31 - headroom;
  return e.map((value) => Math.min(32767, Math.floor((value * factor + 2 ** (right - 1)) / 2 ** right)));
}

test("softmaxInt16 gives the values of the specification for random rows, scales and betas", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const source = random(seed + 90);
    const [rows, depth] = [source.integer(1, 2), source.integer(1, 12)];
    const scale = drawScale(source.real, 1e-5, 0.01);
    const beta = seed % 3 === 0 ? 1.5 : 1;
    const data = Int16Array.from({ length: rows * depth }, () => source.integer(-32768, 32767));
    const tensor = (real: number): Tensor => ({ ...quantized([rows, depth], real, 0), dtype: "int16" });
    const [bytes] = await runCase({
      operator: "softmax",
      attributes: { beta },
      inputs: [tensor(scale)],
      outputs: [tensor(2 ** -15)],
      activations: [data],
    });
    const actual = new Int16Array(Uint8Array.from(bytes as Uint8Array).buffer);
    const expected = rowsOf([...data], depth).flatMap((row) => int16Row(row, scale, beta));
    assert.equal([...actual], expected, `seed ${seed}`);
  }
});

test("softmaxFloat32 is the function, of rows of any range", async () => {
  const source = random(8);
  const data = Float32Array.from({ length: 48 }, (_, i) => (source.real() - 0.5) * (i < 24 ? 10 : 500));
  const node = { name: "n", attributes: { beta: 0.75 }, inputs: [plain([4, 12])], outputs: [plain([4, 12])] };
  const [bytes] = await runCase({ operator: "softmax", ...node, activations: [data] });
  const actual = new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer);
  const [real] = softmax.reference(node, [Float64Array.from(data)]);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - (real?.[i] as number)) < 2e-6, `element ${i}`);
  });
});

test("softmax refuses what TFLite's kernel does not compute, with the reason", () => {
  const infer = (input: Tensor, result: Tensor, beta: number) => () =>
    softmax.infer({ name: "n", attributes: { beta }, inputs: [input], outputs: [result] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(
    infer(quantized([1, 4], 0.1, 0), quantized([1, 4], 1 / 128, -128), 1),
    refused(/0\.00390625 and -128 are expected/),
  );
  assert.throws(infer(quantized([1, 4], 0.1, 0), quantized([1, 4], 1 / 256, 0), 1), refused(/zero point 0;/));
  assert.throws(infer(quantized([1, 4], 0.1, 0), output([1, 4]), 0), refused(/beta is 0/));
  assert.throws(infer(quantized([], 0.1, 0), output([]), 1), refused(/scalar/));
  assert.throws(infer(quantized([1, 4096], 0.1, 0), output([1, 4096]), 1), refused(/4096 elements/));
  assert.throws(infer(quantized([1, 4], 1e-9, 0), output([1, 4]), 1), refused(/too small/));
  assert.throws(infer(plain([1, 4], "int32"), plain([1, 4], "int32"), 1), refused(/int32; int8, int16/));
  const [wide, wrong] = [2 ** -15, 2 ** -14].map(
    (scale) => ({ ...quantized([4], scale, 0), dtype: "int16" }) as const,
  );
  assert.throws(infer(wide as Tensor, wrong as Tensor, 1), refused(/0\.000030517578125 and 0 are expected/));
  assert.throws(infer(quantized([4], 0.1, 0), wide as Tensor, 1), refused(/0\.0000152587890625 and -32768/));
});

test.run();
