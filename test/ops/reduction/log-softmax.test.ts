import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { logSoftmax } from "../../../host/ops/reduction/log-softmax.js";
import { divideByPower, exp, highMultiply, log } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, plain, quantized } from "../quantized-tensors.js";

/** One row of TFLite's int8 log softmax, from its specification. */
function logSoftmaxRow(row: readonly number[], scale: number): number[] {
  const real = Math.min(scale * 2 ** 26, 2 ** 31 - 1);
  let shift = 0;
  for (let fraction = real; fraction >= 1; fraction /= 2) shift++;
  const multiplier = BigInt(Math.round((real / 2 ** shift) * 2 ** 31));
  const radius = Math.floor((31 * 2 ** 26) / 2 ** shift);
  const largest = Math.max(...row);
  const scaled = (value: number): bigint =>
    highMultiply(BigInt(value - largest) * 2n ** BigInt(shift), multiplier);
  const terms = row.filter((value) => largest - value <= radius).map((value) => exp(scaled(value), 5));
  const logSum = log(terms.reduce((total, term) => total + divideByPower(term, 12), 0n));
  return row.map((value) => {
    const result = Number(divideByPower(scaled(value) - logSum, 22)) + 127;
    return Math.min(127, Math.max(-128, result));
  });
}

const output = (shape: readonly number[]): Tensor => quantized(shape, 1 / 16, 127);

test("logSoftmaxInt8 gives the bytes of the specification for random rows and scales, and extremes", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const source = random(seed);
    const depth = source.integer(1, seed % 8 === 0 ? 1200 : 40);
    const rows = source.integer(1, 4);
    const scale = drawScale(source.real, 1e-6, 60);
    const spread = source.integer(0, 255);
    const data = source.int8s(rows * depth).map((value) => value % (spread + 1));
    const [bytes] = await runCase({
      operator: "logSoftmax",
      attributes: {},
      inputs: [quantized([rows, depth], scale, 5)],
      outputs: [output([rows, depth])],
      activations: [data],
    });
    const expected = Array.from({ length: rows }, (_, row) =>
      logSoftmaxRow([...data.subarray(row * depth, (row + 1) * depth)], scale),
    ).flat();
    assert.equal(asInt8(bytes), expected, `seed ${seed}: scale ${scale}, depth ${depth}`);
  }
});

test("logSoftmaxFloat32 and the reference are the function", async () => {
  const source = random(3);
  const data = Float32Array.from({ length: 60 }, () => (source.real() - 0.5) * 30);
  const [bytes] = await runCase({
    operator: "logSoftmax",
    attributes: {},
    inputs: [plain([4, 15])],
    outputs: [plain([4, 15])],
    activations: [data],
  });
  const node = { name: "n", attributes: {}, inputs: [plain([4, 15])], outputs: [plain([4, 15])] };
  const actual = new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer);
  const [reference] = logSoftmax.reference(node, [data]);
  for (let i = 0; i < data.length; i++) {
    const row = [...data.subarray(i - (i % 15), i - (i % 15) + 15)];
    const real = (data[i] as number) - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
    for (const value of [actual[i], reference?.[i]])
      assert.ok(Math.abs((value as number) - real) < 1e-5 * Math.max(1, Math.abs(real)));
  }
});

test("log softmax refuses what TFLite's kernel does not compute, with the reason", () => {
  const infer = (input: Tensor, result: Tensor) => () =>
    logSoftmax.infer({ name: "n", attributes: {}, inputs: [input], outputs: [result] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(quantized([4], 0.1, 0), quantized([4], 1 / 8, 127)), refused(/0\.0625 and 127/));
  assert.throws(infer(quantized([4096], 0.1, 0), output([4096])), refused(/4096 elements/));
  assert.throws(infer(plain([]), plain([])), refused(/scalar/));
});

test.run();
