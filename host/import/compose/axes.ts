import type { Tensor } from "../../graph/tensor.js";
import { elementCount } from "../../graph/tensor.js";
import type { GraphWriter } from "../graph-writer.js";
import { reshaped, transposed } from "./movement.js";

/** Axes from 0 on, in order, of which some may be negative. Those that do not exist are left as they are. */
export function positiveAxes(axes: readonly number[], rank: number): number[] {
  return axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
}

/** A tensor with axes of length 1 put where they are named, which are axes of the result. */
export function expanded(write: GraphWriter, input: Tensor, axes: readonly number[]): Tensor {
  const shape = [...input.shape];
  for (const axis of positiveAxes(axes, input.shape.length + axes.length)) shape.splice(axis, 0, 1);
  return reshaped(write, input, shape);
}

/** The order of axes that puts some behind all others, and the one that puts them back. */
function lastOrder(rank: number, axes: readonly number[]): { order: number[]; back: number[] } {
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  return { order, back: order.map((_, axis) => order.indexOf(axis)) };
}

/**
 * What a function of rows makes of a tensor along axes other than the last one, or several as one: it sees them as the last
 * axis, and keeps the shape.
 */
export function alongAxes(
  write: GraphWriter,
  input: Tensor,
  axes: readonly number[],
  ofRows: (rows: Tensor) => Tensor,
): Tensor {
  const { shape } = input;
  const along = positiveAxes(axes, shape.length);
  const { order, back } = lastOrder(shape.length, along);
  const moved = transposed(write, input, order);
  const length = elementCount(along.map((axis) => shape[axis] as number));
  const rows = reshaped(write, moved, [...moved.shape.slice(0, shape.length - along.length), length]);
  return transposed(write, reshaped(write, ofRows(rows), moved.shape), back);
}
