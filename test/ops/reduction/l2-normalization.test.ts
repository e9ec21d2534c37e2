import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { l2Normalization } from "../../../host/ops/reduction/l2-normalization.js";
import { rescaleFixed } from "../../numerics/fixed-point.js";
import { inverseRoot } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, plain, quantized } from "../quantized-tensors.js";

const output = (shape: readonly number[]): Tensor => quantized(shape, 1 / 128, 0);

/** One row of TFLite's int8 L2 normalization, from its specification. */
function normalizedRow(row: readonly number[], zeroPoint: number): number[] {
  const values = row.map((value) => value - zeroPoint);
  const { multiplier, shift } = inverseRoot(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) =>
    Math.min(127, Math.max(-128, rescaleFixed(value, { multiplier, shift: shift + 7 }))),
  );
}

async function run(data: Int8Array, rows: number, zeroPoint: number): Promise<number[]> {
  const shape = [rows, data.length / rows];
  const [bytes] = await runCase({
    operator: "l2Normalization",
    attributes: {},
    inputs: [quantized(shape, 0.1, zeroPoint)],
    outputs: [output(shape)],
    activations: [data],
  });
  return asInt8(bytes);
}

test("l2NormalizationInt8 gives the bytes of the specification for random rows and extremes", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const source = random(seed);
    const [rows, depth] = [source.integer(1, 3), source.integer(1, seed % 8 === 0 ? 9000 : 20)];
    const zeroPoint = seed % 8 === 0 ? 127 : source.integer(-128, 127);
    const spread = source.integer(0, 255);
    const data = source.int8s(rows * depth).map((value) => (seed % 8 === 0 ? -128 : value % (spread + 1)));
    const expected = Array.from({ length: rows }, (_, row) =>
      normalizedRow([...data.subarray(row * depth, (row + 1) * depth)], zeroPoint),
    ).flat();
    assert.equal(await run(data, rows, zeroPoint), expected, `seed ${seed}`);
  }
  for (const row of [
    [5, 5],
    [6, 5],
    [7, 5],
    [8, 6],
  ]) {
    assert.equal(await run(Int8Array.from(row), 1, 5), normalizedRow(row, 5), row.join());
  }
});

test("l2NormalizationFloat32 divides by the norm from left to right, zeros by the least norm", async () => {
  const float = Math.fround;
  const source = random(3);
  const data = Float32Array.from({ length: 21 }, (_, i) => (i < 14 ? (source.real() - 0.5) * 6 : 0));
  const node = { name: "n", attributes: {}, inputs: [plain([3, 7])], outputs: [plain([3, 7])] };
  const [bytes] = await runCase({ operator: "l2Normalization", ...node, activations: [data] });
  const expected = [0, 7, 14].flatMap((start) => {
    const row = [...data.subarray(start, start + 7)];
    const squares = row.reduce((sum, value) => float(sum + float(value * value)), 0);
    const norm = Math.max(float(Math.sqrt(squares)), float(1e-6));
    return row.map((value) => float(value / norm));
  });
  assert.equal([...new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer)], expected);
  const [reference] = l2Normalization.reference(node, [data]);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(value - (reference?.[i] as number)) < 1e-6);
  });
});

test("L2 normalization refuses what TFLite's kernel does not compute, with the reason", () => {
  const infer = (input: Tensor, result: Tensor) => () =>
    l2Normalization.infer({ name: "n", attributes: {}, inputs: [input], outputs: [result] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(quantized([4], 0.1, 0), quantized([4], 1 / 64, 0)), refused(/0\.0078125 and 0 are/));
  assert.throws(infer(quantized([40000], 0.1, 0), output([40000])), refused(/40000 elements/));
  assert.throws(infer(plain([]), plain([])), refused(/scalar/));
});

test.run();
