import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { type ResampleAttributes, resample } from "../../../host/ops/movement/resample.js";
import { random, runCase } from "../harness.js";
import { asInt8, plain, quantized } from "../quantized-tensors.js";

const { fround } = Math;

/** A random axis of up to three others, and means of its neighbours whose weights are 64ths, some below 0. */
function draw(seed: number): { shape: number[]; output: number[]; attributes: ResampleAttributes } {
  const { integer } = random(seed);
  const shape = Array.from({ length: integer(1, 3) }, () => integer(1, 5));
  const axis = integer(0, shape.length - 1);
  const length = shape[axis] as number;
  const taps = integer(1, length);
  const indices = integer(1, 7);
  const firsts = Array.from({ length: indices }, () => integer(0, length - taps));
  const weights = firsts.map(() => {
    const row = Array.from({ length: taps - 1 }, () => integer(-20, 40) / 64);
    return [...row, row.reduce((rest, weight) => rest - weight, 1)];
  });
  const attributes = { axis: seed % 2 === 0 ? axis : axis - shape.length, firsts, weights };
  return { shape, output: shape.with(axis, indices), attributes };
}

/** Every output element by `mix` of its neighbours and their weights. */
function means(
  data: ArrayLike<number>,
  shape: readonly number[],
  { axis, firsts, weights }: ResampleAttributes,
  mix: (values: number[], weights: readonly number[]) => number,
): number[] {
  const positive = (axis + shape.length) % shape.length;
  const inner = elementCount(shape.slice(positive + 1));
  const length = shape[positive] as number;
  const result: number[] = [];
  for (let outer = 0; outer < elementCount(shape.slice(0, positive)); outer++) {
    for (const [i, first] of firsts.entries()) {
      const row = weights[i] as readonly number[];
      for (let j = 0; j < inner; j++) {
        const values = row.map((_, tap) => data[(outer * length + first + tap) * inner + j] as number);
        result.push(mix(values, row));
      }
    }
  }
  return result;
}

const mixFloats = (values: number[], weights: readonly number[]): number =>
  values.reduce((sum, value, i) => fround(sum + fround(value * fround(weights[i] as number))), 0);

/** Halves up, limited to int8. */
const mixIntegers = (values: number[], weights: readonly number[]): number => {
  const mean = values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
  return Math.max(-128, Math.min(127, Math.floor(mean + 0.5)));
};

test("resample gives its definition's bytes, int8 and float32", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const { shape, output, attributes } = draw(seed);
    const data = random(seed + 100).int8s(elementCount(shape));
    const run = async (of: (shape: number[]) => Tensor, activation: ArrayBufferView) => {
      const tensors = { inputs: [of(shape)], outputs: [of(output)] };
      const [bytes] = await runCase({
        ...{ operator: "resample", attributes, activations: [activation] },
        ...tensors,
      });
      return bytes;
    };
    const bytes = await run((of) => quantized(of, 0.5, 3), data);
    assert.equal(asInt8(bytes), means(data, shape, attributes, mixIntegers), `int8, seed ${seed}`);
    const reals = Float32Array.from(data, (value) => value / 7);
    const floats = Uint8Array.from((await run((of) => plain(of), reals)) as Uint8Array);
    const expected = means(reals, shape, attributes, mixFloats);
    assert.equal([...new Float32Array(floats.buffer)], expected, `float32, seed ${seed}`);
    const node = { name: "n", attributes, inputs: [plain(shape)], outputs: [] };
    const [reference] = resample.reference(node, [reals]);
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs((reference?.[i] as number) - value) < 1e-4, `reference, seed ${seed}`);
  }
});

test("resample of int8 keeps a tensor of one value, whatever weights are rounded to", async () => {
  const attributes = { axis: 0, firsts: [0, 0], weights: [Array(3).fill(1 / 3), [0.1, 0.2, 0.7]] };
  const tensors = { inputs: [quantized([3], 1, 0)], outputs: [quantized([2], 1, 0)] };
  for (const value of [-128, 127]) {
    const activations = [new Int8Array(3).fill(value)];
    const [bytes] = await runCase({ operator: "resample", attributes, ...tensors, activations });
    assert.equal(asInt8(bytes), [value, value]);
  }
});

test("resample refuses what it cannot resample, with the reason", () => {
  const infer =
    (changes: Partial<ResampleAttributes>, input: Tensor = plain([2, 3])) =>
    () => {
      const attributes = { axis: 1, firsts: [1], weights: [[0.5, 0.5]], ...changes };
      return resample.infer({ name: "n", attributes, inputs: [input], outputs: [quantized([2, 1], 0.5, 0)] });
    };
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.equal(infer({})(), [{ dtype: "float32", shape: [2, 1] }]);
  assert.throws(infer({ axis: 2 }), refused(/axis 2/));
  assert.throws(infer({ firsts: [2] }), refused(/indices 2 to 3 are not in an axis of length 3/));
  assert.throws(infer({ firsts: [0, 1] }), refused(/2 indices with 1 rows/));
  assert.throws(infer({ weights: [[0.5, 0.6]] }), refused(/make 1.1; 1 is expected/));
  assert.throws(infer({ weights: [[100, -99]] }), refused(/are not of a mean/));
  assert.throws(infer({}, plain([2, 3], "int32")), refused(/int32; int8 or float32/));
  assert.throws(infer({}, quantized([2, 3], 0.25, 0)), refused(/another scale/));
});

test.run();
