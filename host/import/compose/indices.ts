import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { repeatView, type StridedView, sliceView, wholeView } from "../../numerics/strided-view.js";
import { equal, logicalOr } from "../../ops/elementwise/comparisons.js";
import { select } from "../../ops/elementwise/select.js";
import { gather } from "../../ops/movement/gather.js";
import { limitedShape } from "../../ops/movement/moved.js";
import type { GraphWriter } from "../graph-writer.js";
import { emptied, quantizedAs, reshaped, viewed } from "./movement.js";

/** Which indices of an axis are read, in order. */
export interface AxisIndices {
  readonly axis: number;
  readonly indices: readonly number[];
}

/** A view's axis read at the given indices: in equal steps, or each several times; undefined where they are neither. */
function readAxis(view: StridedView, axis: number, indices: readonly number[]): StridedView | undefined {
  const [first = 0, second = first] = indices;
  const step = second - first;
  if (indices.every((index, i) => index === first + i * step))
    return step === 0 && indices.length > 1
      ? repeatView(sliceView(view, axis, first, 1), axis + 1, indices.length)
      : sliceView(view, axis, first, indices.length, step);
  const length = view.lengths[axis] as number;
  const times = indices.length / length;
  if (!indices.every((index, i) => index === Math.floor(i / times))) return undefined;
  return Number.isInteger(times) ? repeatView(view, axis + 1, times) : undefined;
}

/** The parts of a tensor at the indices of one axis, by a node that takes any. */
function gathered(write: GraphWriter, input: Tensor, { axis, indices }: AxisIndices): Tensor {
  const numbers = write.list(indices, "int32");
  return write.node(gather, { axis, batchDims: 0, axes: 1 }, [input, numbers], quantizedAs(input));
}

/**
 * The elements of a tensor at indices of some of its axes, each named once: indices that follow no rule are gathered axis by
 * axis, then one view reads the others. Throws `NotRunnable` for an index that an axis does not have.
 */
export function readAt(write: GraphWriter, input: Tensor, wanted: readonly AxisIndices[]): Tensor {
  const shape = wanted.reduce(
    (lengths: readonly number[], { axis, indices }) => lengths.with(axis, indices.length),
    input.shape,
  );
  if (shape.includes(0)) return emptied(write, input, shape);
  // The last axis first: one that repeats another lies behind it.
  const ordered = wanted.toSorted((a, b) => b.axis - a.axis);
  const isRegular = ({ axis, indices }: AxisIndices): boolean =>
    readAxis(wholeView(input.shape), axis, indices) !== undefined;
  const source = ordered
    .filter((each) => !isRegular(each))
    .reduce((tensor, each) => gathered(write, tensor, each), input);
  const view = ordered
    .filter(isRegular)
    .reduce((read, { axis, indices }) => readAxis(read, axis, indices) ?? read, wholeView(source.shape));
  return viewed(write, source, view, shape);
}

/** A new axis in which one index is marked. */
export interface HotAxis {
  /** Its length, and where it is in the result. */
  readonly depth: number;
  readonly axis: number;
  /** One element each. */
  readonly on: Tensor;
  readonly off: Tensor;
  /** Whether negative indices count from the end; else they are none of the axis. */
  readonly fromEnd: boolean;
}

/** One value where a new axis' number is the index, and another elsewhere. Throws `NotRunnable`. */
export function hotAt(
  write: GraphWriter,
  indices: Tensor,
  { depth, axis, on, off, fromEnd }: HotAxis,
): Tensor {
  requireThat(Number.isInteger(depth) && depth >= 1, `the depth is ${depth}; a number from 1 is expected`);
  limitedShape([...indices.shape, depth]);
  const given = reshaped(write, indices, indices.shape.toSpliced(axis, 0, 1));
  const shape = [depth, ...Array.from({ length: indices.shape.length - axis }, () => 1)];
  const isAt = (first: number): Tensor => {
    const numbers = Array.from({ length: depth }, (_, i) => first + i);
    return write.node(equal, {}, [given, reshaped(write, write.list(numbers, indices.dtype), shape)]);
  };
  const isHot = fromEnd ? write.node(logicalOr, {}, [isAt(0), isAt(-depth)]) : isAt(0);
  return write.node(select, {}, [isHot, on, off]);
}
