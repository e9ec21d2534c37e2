import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { arrayTypes, describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import {
  type Borders,
  batchToSpaceView,
  croppedView,
  mirrorBorders,
  paddedSpace,
  type Rearrangement,
  spaceToBatchView,
} from "../../numerics/rearrangement.js";
import { nearestIndices, type Resizing } from "../../numerics/resize.js";
import { broadcastView, wholeView } from "../../numerics/strided-view.js";
import { equal } from "../../ops/elementwise/comparisons.js";
import { select } from "../../ops/elementwise/select.js";
import { gather } from "../../ops/movement/gather.js";
import { pad } from "../../ops/movement/pad.js";
import type { GraphWriter } from "../graph-writer.js";
import { joined, quantizedAs, reshaped, sliced, viewed } from "./movement.js";
import { gathered } from "./nearest.js";

/** A tensor's elements as they are rearranged. */
export function rearranged(write: GraphWriter, input: Tensor, { view, shape }: Rearrangement): Tensor {
  return viewed(write, input, view, shape);
}

/** A border of one value around a tensor; the tensor itself where there is none. */
export function padded(write: GraphWriter, input: Tensor, { before, after }: Borders, value: number): Tensor {
  if ([...before, ...after].every((length) => length === 0)) return input;
  return write.node(pad, { before, after, value }, [input], quantizedAs(input));
}

/**
 * A border that repeats what lies inside of it, backwards. Throws `NotRunnable` where it is wider than that.
 *
 * @param skip 1 where the outermost index is not repeated, else 0
 */
export function mirrored(write: GraphWriter, input: Tensor, { before, after }: Borders, skip: 0 | 1): Tensor {
  const axes = [...before.keys()].filter((axis) => before[axis] !== 0 || after[axis] !== 0);
  return axes.reduce((inside, axis) => {
    const length = inside.shape[axis] as number;
    const [first, last] = [before[axis] as number, after[axis] as number];
    const [head, tail] = mirrorBorders(length, first, last, skip).map(({ begin, count }) =>
      count === 0 ? [] : [sliced(write, inside, axis, begin, count, -1)],
    );
    return joined(write, [...(head as Tensor[]), inside, ...(tail as Tensor[])], axis);
  }, input);
}

/** Blocks of space, one length an axis behind the batch, out of the batch; and the edges cropped. Throws `NotRunnable`. */
export function batchToSpace(
  write: GraphWriter,
  input: Tensor,
  blocks: readonly number[],
  crops: Borders,
): Tensor {
  const whole = rearranged(write, input, batchToSpaceView(input.shape, blocks));
  return viewed(write, whole, croppedView(whole.shape, crops, blocks.length));
}

/** A border of zeros, and then blocks of space, one length an axis behind the batch, into the batch. Throws `NotRunnable`. */
export function spaceToBatch(
  write: GraphWriter,
  input: Tensor,
  blocks: readonly number[],
  paddings: Borders,
): Tensor {
  const whole = padded(write, input, paddedSpace(input.shape, paddings, blocks.length), 0);
  return rearranged(write, whole, spaceToBatchView(whole.shape, blocks));
}

/** One element everywhere; a constant without elements where the shape has none. Throws `NotRunnable`. */
export function filled(write: GraphWriter, value: Tensor, shape: readonly number[]): Tensor {
  requireThat(
    elementCount(value.shape) === 1,
    `the value has ${elementCount(value.shape)} elements; 1 is expected`,
  );
  if (shape.includes(0)) return emptyTensor(write, value, shape);
  return viewed(write, reshaped(write, value, []), broadcastView(wholeView([]), shape));
}

/** A constant without elements, of the type of a tensor. */
export function emptyTensor(write: GraphWriter, { dtype }: Tensor, shape: readonly number[]): Tensor {
  return write.constant(new arrayTypes[dtype](0), shape, dtype);
}

/** Axes of length 1 repeated to a shape. Throws `NotRunnable`. */
export function broadcast(write: GraphWriter, input: Tensor, shape: readonly number[]): Tensor {
  return viewed(write, input, broadcastView(wholeView(input.shape), shape));
}

/** Parts of a tensor by indices whose last axis has one number for each axis that they name. Throws `NotRunnable`. */
export function gatheredByPlace(write: GraphWriter, input: Tensor, indices: Tensor): Tensor {
  const axes = indices.shape.at(-1) ?? 0;
  requireThat(axes >= 1, `indices ${describeType(indices)} name no axis`);
  const places = axes === 1 ? reshaped(write, indices, indices.shape.slice(0, -1)) : indices;
  return write.node(gather, { axis: 0, batchDims: 0, axes }, [input, places], quantizedAs(input));
}

/**
 * One value where a new axis' number is the index, and another elsewhere. Throws `NotRunnable`.
 *
 * @param axis the new axis, of the result
 */
export function oneHot(
  write: GraphWriter,
  indices: Tensor,
  { depth, axis, on, off }: { depth: number; axis: number; on: Tensor; off: Tensor },
): Tensor {
  requireThat(
    Number.isInteger(depth) && depth >= 1 && depth <= 2 ** 20,
    `the depth is ${depth}; a positive number up to ${2 ** 20} is expected`,
  );
  const expanded = reshaped(write, indices, indices.shape.toSpliced(axis, 0, 1));
  const numbers = Array.from({ length: depth }, (_, number) => number);
  const shape = [depth, ...Array<number>(indices.shape.length - axis).fill(1)];
  const along = reshaped(write, write.list(numbers, indices.dtype), shape);
  return write.node(select, {}, [write.node(equal, {}, [expanded, along]), on, off]);
}

/** A picture NHWC with another height and width, each pixel that of the nearest place. Throws `NotRunnable`. */
export function resizedNearest(
  write: GraphWriter,
  picture: Tensor,
  size: readonly number[],
  resizing: Resizing,
): Tensor {
  const { shape } = picture;
  requireThat(shape.length === 4, `the input has ${shape.length} axes; 4 are expected`);
  if (size.length !== 2) throw new NotRunnable(`the size has ${size.length} numbers; 2 are expected`);
  requireThat(
    size.every((length) => Number.isInteger(length) && length >= 1 && length <= 2 ** 16),
    `the size is ${size.join("x")}; numbers from 1 to ${2 ** 16} are expected`,
  );
  return size.reduce(
    (result, length, i) =>
      gathered(write, result, i + 1, nearestIndices(result.shape[i + 1] as number, length, resizing)),
    picture,
  );
}
