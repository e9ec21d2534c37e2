import { arrayTypes, type DType, elementCount } from "../../../host/graph/tensor.js";
import type { ScatterAttributes } from "../../../host/ops/movement/scatter.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

type Shape = readonly number[];

/** Position of an element as an index of each axis. */
function positionOf(element: number, shape: Shape): number[] {
  return shape.map((length, axis) => Math.floor(element / elementCount(shape.slice(axis + 1))) % length);
}

function elementOf(position: Shape, shape: Shape): number {
  return position.reduce((sum, index, axis) => sum * (shape[axis] as number) + index, 0);
}

/** Indices of a tensor, and what they name. */
export interface Drawn {
  attributes: ScatterAttributes;
  shape: number[];
  indexShape: number[];
  updateShape: number[];
  numbers: number[];
  /** For each update the element that it goes to, by ONNX's definitions. */
  places: number[];
}

/** Indices of single elements, or of parts; about half of the numbers are negative. */
export function draw(seed: number, ofElements: boolean): Drawn {
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
export function bytesOf(values: readonly number[], dtype: DType): Uint8Array {
  const data = new arrayTypes[dtype](values.length);
  for (const [i, value] of values.entries()) data[i] = dtype === "int64" ? BigInt(value) : (value as never);
  return new Uint8Array(data.buffer);
}

/** Indices of an axis of length 3, and how a run with them ends. */
export const trappingIndices: readonly (readonly [Int32Array | BigInt64Array, RegExp])[] = [
  [Int32Array.of(-3), /ran/],
  [Int32Array.of(3), /unreachable/],
  [Int32Array.of(-4), /unreachable/],
  [BigInt64Array.of(2n ** 32n), /unreachable/],
];

/** How an operator that reads or writes one of three elements ends. */
export function runs(
  operator: "scatter" | "gatherElements",
  index: Int32Array | BigInt64Array,
): Promise<string> {
  const indices = plain([1], index instanceof Int32Array ? "int32" : "int64");
  const [three, one] = [plain([3], "int8"), plain([1], "int8")];
  const isScatter = operator === "scatter";
  return runCase({
    ...{ operator, attributes: { axis: 0 } },
    inputs: isScatter ? [three, indices, one] : [three, indices],
    outputs: [isScatter ? three : one],
    activations: [Int8Array.of(1, 2, 3), index, ...(isScatter ? [Int8Array.of(4)] : [])],
  }).then(
    () => "ran",
    (error: Error) => error.message,
  );
}
