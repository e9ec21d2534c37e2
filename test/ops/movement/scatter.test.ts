import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType, elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { gatherElements } from "../../../host/ops/movement/gather-elements.js";
import {
  type Reduction,
  type ScatterAttributes,
  scatter,
  scatterReduce,
} from "../../../host/ops/movement/scatter.js";
import { random, runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";

type Shape = readonly number[];

/** Position of an element as an index of each axis. */
function positionOf(element: number, shape: Shape): number[] {
  return shape.map((length, axis) => Math.floor(element / elementCount(shape.slice(axis + 1))) % length);
}

function elementOf(position: Shape, shape: Shape): number {
  return position.reduce((sum, index, axis) => sum * (shape[axis] as number) + index, 0);
}

interface Drawn {
  attributes: ScatterAttributes;
  shape: number[];
  indexShape: number[];
  updateShape: number[];
  numbers: number[];
  /** For each update the element that it goes to, by ONNX's definitions. */
  places: number[];
}

/** Indices of single elements, or of parts; about half of the numbers are negative. */
function draw(seed: number, ofElements: boolean): Drawn {
  const { integer } = random(seed);
  const shape = Array.from({ length: integer(1, 4) }, () => integer(1, 4));
  const signed = (index: number, length: number): number => (integer(0, 1) === 0 ? index : index - length);
  const inside = (number: number, length: number): number => (number < 0 ? number + length : number);
  if (ofElements) {
    const axis = integer(0, shape.length - 1);
    const length = shape[axis] as number;
    const indexShape = shape.map((most, i) => (i === axis ? integer(1, 5) : integer(1, most)));
    const numbers = Array.from({ length: elementCount(indexShape) }, () =>
      signed(integer(0, length - 1), length),
    );
    const places = numbers.map((number, at) =>
      elementOf(positionOf(at, indexShape).with(axis, inside(number, length)), shape),
    );
    const attributes = { axis: seed % 2 === 0 ? axis : axis - shape.length };
    return { attributes, shape, indexShape, updateShape: indexShape, numbers, places };
  }
  const axes = integer(1, shape.length);
  const [named, rest] = [shape.slice(0, axes), shape.slice(axes)];
  const around = Array.from({ length: integer(0, 2) }, () => integer(1, 3));
  const indices = Array.from({ length: elementCount(around) }, () =>
    named.map((length) => signed(integer(0, length - 1), length)),
  );
  const places = indices.flatMap((index) => {
    const part = index.map((number, axis) => inside(number, named[axis] as number));
    return Array.from({ length: elementCount(rest) }, (_, i) =>
      elementOf([...part, ...positionOf(i, rest)], shape),
    );
  });
  return {
    attributes: {},
    ...{ shape, indexShape: [...around, axes], updateShape: [...around, ...rest] },
    numbers: indices.flat(),
    places,
  };
}

/** Numbers as the bytes of a tensor. */
function bytesOf(values: readonly number[], dtype: DType): Uint8Array {
  const data = new arrayTypes[dtype](values.length);
  for (const [i, value] of values.entries()) data[i] = dtype === "int64" ? BigInt(value) : (value as never);
  return new Uint8Array(data.buffer);
}

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

test("gatherElements reads where scatter writes", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const { attributes, shape, indexShape, numbers, places } = draw(seed, true);
    const dtype = (["int8", "float32", "int64"] as const)[seed % 3] as DType;
    const indexType = seed % 2 === 0 ? "int64" : "int32";
    const counting = Array.from({ length: elementCount(shape) }, (_, i) => i);
    const node = {
      name: "n",
      attributes: attributes as { axis: number },
      inputs: [plain(shape, dtype), plain(indexShape, indexType)],
      outputs: [plain(indexShape, dtype)],
    };
    const activations = [bytesOf(counting, dtype), bytesOf(numbers, indexType)];
    const [bytes] = await runCase({ ...node, operator: "gatherElements", activations });
    assert.equal(bytes, bytesOf(places, dtype), `seed ${seed}`);
    const values = [counting, numbers].map((list) => Float64Array.from(list));
    assert.equal([...(gatherElements.reference(node, values)[0] as Float64Array)], places);
  }
});

test("nothing is read or written outside of an axis: it traps", async () => {
  const run = (operator: string, index: Int32Array | BigInt64Array, dtype: DType) => {
    const [three, indices, one] = [plain([3], "int8"), plain([1], dtype), plain([1], "int8")];
    const isScatter = operator === "scatter";
    return runCase({
      operator,
      attributes: { axis: 0 },
      inputs: isScatter ? [three, indices, one] : [three, indices],
      outputs: [isScatter ? three : one],
      activations: [Int8Array.of(1, 2, 3), index, ...(isScatter ? [Int8Array.of(4)] : [])],
    }).then(
      () => "ran",
      (error: Error) => error.message,
    );
  };
  for (const operator of ["scatter", "gatherElements"]) {
    assert.is(await run(operator, Int32Array.of(-3), "int32"), "ran");
    for (const index of [3, -4])
      assert.match(await run(operator, Int32Array.of(index), "int32"), /unreachable/);
    assert.match(await run(operator, BigInt64Array.of(2n ** 32n), "int64"), /unreachable/);
  }
});

test("scatters and gathers of elements refuse what they cannot read, with the reason", () => {
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
