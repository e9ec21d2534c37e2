import { elementCount } from "../graph/tensor.js";
import { type StridedView, wholeView } from "./strided-view.js";

/**
 * The loops of a view parted and joined so that there is one for each axis of a shape; undefined where no strides give that.
 * Axes of length 1 have stride 0.
 *
 * Source: what NumPy does when it reshapes without a copy.
 */
export function loopsOfShape(view: StridedView, shape: readonly number[]): StridedView | undefined {
  const strides: number[] = [];
  const rest = view.lengths.map((length, i) => ({ length, stride: view.strides[i] as number }));
  const loops = rest.filter(({ length }) => length !== 1);
  for (const length of shape) {
    if (length === 1) {
      strides.push(0);
      continue;
    }
    // Enough loops, outermost first, that they are one axis together.
    let loop = loops.shift();
    while (loop !== undefined && loop.length < length) {
      const next = loops.shift();
      if (next === undefined || loop.stride !== next.stride * next.length) return undefined;
      loop = { length: loop.length * next.length, stride: next.stride };
    }
    if (loop === undefined || loop.length % length !== 0) return undefined;
    const inner = loop.length / length;
    strides.push(loop.stride * inner);
    if (inner > 1) loops.unshift({ length: inner, stride: loop.stride });
  }
  return { offset: view.offset, lengths: shape, strides };
}

/**
 * The order of axes that a view of a tensor is: axis k of the view is axis `order[k]` of the tensor, whose shape is given.
 * Undefined where it is no such order.
 */
export function axisOrder(view: StridedView, shape: readonly number[]): number[] | undefined {
  if (view.offset !== 0 || view.lengths.length !== shape.length) return undefined;
  if (elementCount(view.lengths) !== elementCount(shape)) return undefined;
  const { strides } = wholeView(shape);
  const free = new Set(shape.keys());
  const order: number[] = [];
  for (const [k, length] of view.lengths.entries()) {
    const axis = [...free].find(
      (axis) => shape[axis] === length && (length === 1 || strides[axis] === view.strides[k]),
    );
    if (axis === undefined) return undefined;
    free.delete(axis);
    order.push(axis);
  }
  return order;
}

/**
 * The order of axes that a view of neighbouring elements is, whatever axes they have: axis k of the view is axis `order[k]` of
 * the elements as `laid`. Axes of length 1 come first. Undefined where elements lie apart, or some are read twice.
 */
export function denseOrder({
  offset,
  lengths,
  strides,
}: StridedView): { order: number[]; laid: number[] } | undefined {
  const stride = (axis: number): number =>
    lengths[axis] === 1 ? Number.POSITIVE_INFINITY : (strides[axis] as number);
  const axes = [...lengths.keys()].sort((a, b) => stride(b) - stride(a) || a - b);
  const laid = axes.map((axis) => lengths[axis] as number);
  const isDense = axes.every(
    (axis, i) => lengths[axis] === 1 || strides[axis] === elementCount(laid.slice(i + 1)),
  );
  return isDense && offset === 0
    ? { order: [...lengths.keys()].map((axis) => axes.indexOf(axis)), laid }
    : undefined;
}

/** The order that undoes another. */
export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}
