import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { forEachOfView, type StridedView, wholeView } from "../../numerics/strided-view.js";
import type { Values } from "../operator.js";
import { positiveAxis } from "./moved.js";

/** Axes that an index names, at most. */
export const maxIndexedAxes = 6;

/**
 * Places in a tensor that indices name: one for each index, in the indices' order. All in elements.
 */
export interface IndexedPlaces {
  /** Where places lie by the position of their index alone. */
  base: StridedView;
  /** Lengths and strides in the tensor of the axes that the numbers of an index name. */
  lengths: readonly number[];
  strides: readonly number[];
  /** Elements from a place on that belong to it. */
  run: number;
}

function requireIndices(indices: Tensor): void {
  requireThat(
    indices.dtype === "int32" || indices.dtype === "int64",
    `indices are ${indices.dtype}; int32 or int64 is expected`,
  );
}

function requireInside({ data }: Tensor, lengths: readonly number[]): void {
  data?.forEach((value: number | bigint, at: number) => {
    const length = lengths[at % lengths.length] as number;
    requireThat(value >= -length && value < length, `index ${value} is not in an axis of length ${length}`);
  });
}

/**
 * Single elements: of one axis the index says the number, of every other its own position does. Throws `NotRunnable`.
 */
export function elementPlaces(tensor: Tensor, indices: Tensor, axis: number): IndexedPlaces {
  requireIndices(indices);
  const at = positiveAxis(axis, tensor.shape.length);
  const fits = indices.shape.every((length, i) => i === at || length <= (tensor.shape[i] as number));
  requireThat(
    indices.shape.length === tensor.shape.length && fits,
    `indices ${describeType(indices)} do not lie in ${describeType(tensor)}, but for axis ${at}`,
  );
  const { strides } = wholeView(tensor.shape);
  const lengths = [tensor.shape[at] as number];
  requireInside(indices, lengths);
  return {
    base: { offset: 0, lengths: indices.shape, strides: strides.with(at, 0) },
    lengths,
    strides: [strides[at] as number],
    run: 1,
  };
}

/** Parts: the last axis of the indices names leading axes of the tensor. Throws `NotRunnable`. */
export function partPlaces(tensor: Tensor, indices: Tensor): IndexedPlaces {
  requireIndices(indices);
  const axes = indices.shape.at(-1);
  if (axes === undefined) throw new NotRunnable("indices have no axis; at least 1 is expected");
  requireThat(
    axes >= 1 && axes <= Math.min(maxIndexedAxes, tensor.shape.length),
    `an index of ${axes} numbers does not name axes of ${describeType(tensor)}; 1 to ${maxIndexedAxes} are supported`,
  );
  const lengths = tensor.shape.slice(0, axes);
  requireInside(indices, lengths);
  const positions = elementCount(indices.shape.slice(0, -1));
  return {
    base: { offset: 0, lengths: [positions], strides: [0] },
    lengths,
    strides: wholeView(tensor.shape).strides.slice(0, axes),
    run: elementCount(tensor.shape.slice(axes)),
  };
}

/** Calls `visit(position, place)` for every index in order, with its first element. */
export function forEachPlace(
  { base, lengths, strides }: IndexedPlaces,
  indices: Values | undefined,
  visit: (position: number, place: number) => void,
): void {
  forEachOfView(base, (position, start) => {
    const place = strides.reduce((sum, stride, i) => {
      const index = indices?.[position * lengths.length + i] ?? 0;
      return sum + stride * (index < 0 ? index + (lengths[i] as number) : index);
    }, start);
    visit(position, place);
  });
}
