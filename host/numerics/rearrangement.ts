import { requireThat } from "../graph/not-runnable.js";
import { elementCount } from "../graph/tensor.js";
import {
  permuteView,
  repeatView,
  type StridedView,
  sliceView,
  splitView,
  wholeView,
} from "./strided-view.js";

/** A view of a tensor, and the shape that its elements are given. */
export interface Rearrangement {
  readonly view: StridedView;
  readonly shape: number[];
}

/** Elements before and after each of some axes. */
export interface Borders {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A tensor several times along each axis. Throws `NotRunnable` where the multiples are none. */
export function tileView(shape: readonly number[], multiples: readonly number[]): Rearrangement {
  requireThat(multiples.length === shape.length, `${multiples.length} multiples of ${shape.length} axes`);
  // A repetition is an axis of its own before the one that it repeats.
  const view = multiples.reduce(
    (result, times, axis) => repeatView(result, 2 * axis, times),
    wholeView(shape),
  );
  return { view, shape: shape.map((length, axis) => length * (multiples[axis] as number)) };
}

/** Shape of a picture NHWC that is made of blocks. Throws `NotRunnable`. */
function pictureOf(shape: readonly number[], size: number): [number, number, number, number] {
  requireThat(shape.length === 4, `the input has ${shape.length} axes; 4 are expected`);
  requireThat(Number.isInteger(size) && size >= 1, `the block size is ${size}; a number from 1 is expected`);
  return shape as unknown as [number, number, number, number];
}

/** Pixels of a block, size by size, one after the other in the depth. NHWC. Throws `NotRunnable`. */
export function spaceToDepthView(shape: readonly number[], size: number): Rearrangement {
  const [batches, height, width, depth] = pictureOf(shape, size);
  const rows = splitView(wholeView(shape), 2, [width / size, size]);
  const blocks = splitView(rows, 1, [height / size, size]);
  return {
    view: permuteView(blocks, [0, 1, 3, 2, 4, 5]),
    shape: [batches, height / size, width / size, depth * size ** 2],
  };
}

/** The parts of the depth as pixels of a block, size by size. NHWC. Throws `NotRunnable`. */
export function depthToSpaceView(shape: readonly number[], size: number): Rearrangement {
  const [batches, height, width, depth] = pictureOf(shape, size);
  const parts = splitView(wholeView(shape), 3, [size, size, depth / size ** 2]);
  return {
    view: permuteView(parts, [0, 1, 3, 2, 4, 5]),
    shape: [batches, height * size, width * size, depth / size ** 2],
  };
}

function requireBlocks(shape: readonly number[], blocks: readonly number[]): void {
  requireThat(
    blocks.length < shape.length && blocks.every((length) => Number.isInteger(length) && length >= 1),
    `the block shape is [${blocks.join(", ")}]; positive lengths of axes behind the batch are expected`,
  );
}

/** Blocks of space, one length an axis behind the batch, out of the batch. Throws `NotRunnable`. */
export function batchToSpaceView(shape: readonly number[], blocks: readonly number[]): Rearrangement {
  requireBlocks(shape, blocks);
  const count = blocks.length;
  const batches = (shape[0] as number) / elementCount(blocks);
  const split = splitView(wholeView(shape), 0, [...blocks, batches]);
  const spatial = blocks.flatMap((_, i) => [count + 1 + i, i]);
  const rest = shape.slice(count + 1).map((_, i) => 2 * count + 1 + i);
  return {
    view: permuteView(split, [count, ...spatial, ...rest]),
    shape: [batches, ...shape.slice(1).map((length, i) => length * (blocks[i] ?? 1))],
  };
}

/** Blocks of space, one length an axis behind the batch, into the batch. Throws `NotRunnable`. */
export function spaceToBatchView(shape: readonly number[], blocks: readonly number[]): Rearrangement {
  requireBlocks(shape, blocks);
  const split = blocks.reduceRight(
    (view, block, i) => splitView(view, i + 1, [(shape[i + 1] as number) / block, block]),
    wholeView(shape),
  );
  const [ofBlocks, outside] = [blocks.map((_, i) => 2 * i + 2), blocks.map((_, i) => 2 * i + 1)];
  const rest = shape.slice(blocks.length + 1).map((_, i) => 2 * blocks.length + 1 + i);
  return {
    view: permuteView(split, [...ofBlocks, 0, ...outside, ...rest]),
    shape: [
      (shape[0] as number) * elementCount(blocks),
      ...shape.slice(1).map((length, i) => length / (blocks[i] ?? 1)),
    ],
  };
}

function requirePairs({ before }: Borders, axes: number): void {
  requireThat(before.length === axes, `${before.length} pairs for blocks of ${axes} axes`);
}

/** A tensor without borders of some axes behind the batch. Throws `NotRunnable` where nothing is left. */
export function croppedView(shape: readonly number[], crops: Borders, axes: number): StridedView {
  requirePairs(crops, axes);
  return crops.before.reduce((view, begin, i) => {
    const length = (shape[i + 1] as number) - begin - (crops.after[i] as number);
    return sliceView(view, i + 1, begin, length);
  }, wholeView(shape));
}

/**
 * Borders of all axes of a tensor, of those of some axes behind the batch. Throws `NotRunnable` where they are not given for
 * that number of axes.
 */
export function paddedSpace(shape: readonly number[], paddings: Borders, axes: number): Borders {
  requirePairs(paddings, axes);
  const around = (values: readonly number[]): number[] => shape.map((_, i) => values[i - 1] ?? 0);
  return { before: around(paddings.before), after: around(paddings.after) };
}
