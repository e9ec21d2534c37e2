import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { softmax } from "../../../host/ops/reduction/softmax.js";
import { divideByPower, exp, highMultiply, oneOverOnePlus } from "../../numerics/gemmlowp.js";
import { compareLayers } from "../golden-layers.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, plain, quantized } from "../quantized-tensors.js";

/** One row of TFLite's int8 softmax, from its specification. */
function softmaxRow(row: readonly number[], scale: number, beta: number): number[] {
  const real = Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1);
  let shift = 0;
  for (let fraction = real; fraction >= 1; fraction /= 2) shift++;
  const multiplier = BigInt(Math.round((real / 2 ** shift) * 2 ** 31));
  const radius = Math.floor((31 * 2 ** 26) / 2 ** shift);
  const largest = Math.max(...row);
  const terms = row.map((value) =>
    largest - value > radius
      ? undefined
      : exp(highMultiply(BigInt(value - largest) * 2n ** BigInt(shift), multiplier), 5),
  );
  const sum = terms.reduce<bigint>((total, term) => total + divideByPower(term ?? 0n, 12), 0n);
  let headroom = 0;
  while (sum << BigInt(headroom + 1) < 2n ** 32n) headroom++;
  const factor = oneOverOnePlus((sum << BigInt(headroom)) - 2n ** 31n);
  return terms.map((term) => {
    if (term === undefined) return -128;
    return Math.min(127, Number(divideByPower(highMultiply(factor, term), 35 - headroom)) - 128);
  });
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
  assert.throws(infer(plain([1, 4], "int16"), plain([1, 4], "int16"), 1), refused(/int16/));
});

test.run();
