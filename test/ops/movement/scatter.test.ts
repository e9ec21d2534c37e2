import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementCount, type Tensor } from "../../../host/graph/tensor.js";
import {
  type Reduction,
  type ScatterAttributes,
  scatter,
  scatterReduce,
} from "../../../host/ops/movement/scatter.js";
import { random, runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";
import { bytesOf, draw, runs, trappingIndices } from "./indexed-cases.js";

async function check(
  operator: "scatter" | "scatterReduce",
  seed: number,
  dtype: DType,
  reduction: Reduction | undefined,
  reduce: (old: number, update: number) => number,
): Promise<void> {
  const { attributes, shape, indexShape, updateShape, numbers, places } = draw(seed, seed % 3 !== 0);
  const { integer } = random(seed + 1000);
  const draws = (count: number): number[] => Array.from({ length: count }, () => integer(-9, 9));
  const [old, updates] = [draws(elementCount(shape)), draws(places.length)];
  const expected = [...old];
  for (const [i, place] of places.entries())
    expected[place] = reduce(expected[place] as number, updates[i] as number);
  const indexType = seed % 2 === 0 ? "int64" : "int32";
  const node = {
    name: "n",
    attributes: { ...attributes, ...(reduction && { reduction }) },
    inputs: [plain(shape, dtype), plain(indexShape, indexType), plain(updateShape, dtype)],
    outputs: [plain(shape, dtype)],
  };
  const [bytes] = await runCase({
    ...node,
    operator,
    activations: [bytesOf(old, dtype), bytesOf(numbers, indexType), bytesOf(updates, dtype)],
    keepInputs: seed % 4 === 0,
  });
  assert.equal(bytes, bytesOf(expected, dtype), `${reduction} of ${dtype}, seed ${seed}`);
  const values = [old, numbers, updates].map((list) => Float64Array.from(list));
  const [reference] =
    operator === "scatter" ? scatter.reference(node, values) : scatterReduce.reference(node as never, values);
  assert.equal(
    [...(reference as Float64Array)].map((value) => value + 0),
    expected.map((value) => value + 0),
  );
}

test("scatter puts updates at the places that indices name, of any dtype", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const dtype = (["int8", "float32", "int64", "int16"] as const)[seed % 4] as DType;
    await check("scatter", seed, dtype, undefined, (_, update) => update);
  }
});

test("scatterReduce adds, multiplies and compares", async () => {
  const reductions = {
    add: (old: number, update: number) => old + update,
    mul: (old: number, update: number) => old * update,
    min: Math.min,
    max: Math.max,
  };
  for (const [i, [reduction, reduce]] of Object.entries(reductions).entries()) {
    for (let seed = 0; seed < 9; seed++) {
      const dtype = (["float32", "int32", "int64"] as const)[(seed + i) % 3] as DType;
      await check("scatterReduce", seed, dtype, reduction as Reduction, reduce);
    }
  }
});

test("scatter writes nothing outside of an axis: it traps", async () => {
  for (const [index, expected] of trappingIndices) assert.match(await runs("scatter", index), expected);
});

test("scatters refuse what they cannot read, with the reason", () => {
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  const indices: Tensor = { ...plain([2, 1], "int32"), data: Int32Array.of(0, -2) };
  const updates = quantized([2, 3], 0.5, 0);
  const infer =
    (attributes: ScatterAttributes, index: Tensor = indices, update = updates, output = updates) =>
    () =>
      scatter.infer({ name: "n", attributes, inputs: [updates, index, update], outputs: [output] });
  assert.equal(infer({})(), [{ dtype: "int8", shape: [2, 3] }]);
  assert.throws(infer({}, { ...indices, data: Int32Array.of(0, -3) }), refused(/index -3 .* length 2/));
  assert.throws(infer({}, plain([2, 3], "int32")), refused(/index of 3 numbers/));
  assert.throws(infer({}, plain([2, 1])), refused(/indices are float32/));
  assert.throws(infer({}, plain([], "int32")), refused(/no axis/));
  assert.throws(infer({}, indices, quantized([3, 2], 0.5, 0)), refused(/updates are 3x2 int8; 2x3 int8/));
  assert.throws(infer({ axis: 2 }), refused(/axis 2/));
  assert.throws(
    infer({ axis: 1 }, plain([3, 1], "int32")),
    refused(/do not lie in 2x3 int8, but for axis 1/),
  );
  assert.throws(infer({}, indices, updates, quantized([2, 3], 0.25, 0)), refused(/another scale/));
  const reduce = (input: Tensor, reduction: string) => () =>
    scatterReduce.infer({
      ...{ name: "n", attributes: { reduction: reduction as Reduction } },
      ...{ inputs: [input, indices, input], outputs: [input] },
    });
  assert.throws(reduce(updates, "add"), refused(/int8, quantized; float32, int32 or int64/));
  assert.throws(reduce(plain([2, 3]), "sub"), refused(/reduction sub/));
});

test.run();
