import type { Tensor } from "../../graph/tensor.js";
import { averagePool2d } from "../../ops/convolution/average-pool-2d.js";
import type { maxPool2d } from "../../ops/convolution/max-pool-2d.js";
import { abs, sqrt, square } from "../../ops/elementwise/functions.js";
import type { GraphWriter } from "../graph-writer.js";
import { powerOf, scaled } from "./arithmetic.js";
import { quantizedAs, reshaped } from "./movement.js";

/** A pool's window along one spatial axis. */
export interface PoolAxis {
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding, and how much of it an average counts. */
  readonly before: number;
  readonly after: number;
  readonly countedBefore: number;
  readonly countedAfter: number;
}

/** Outputs along an axis of `length`. */
function outputsOf({ filter, stride, dilation, before, after }: PoolAxis, length: number): number {
  return Math.floor((length + before + after - (filter - 1) * dilation - 1) / stride) + 1;
}

/** An axis that a pool leaves as it is. */
export const untouched: PoolAxis = {
  ...{ filter: 1, stride: 1, dilation: 1 },
  ...{ before: 0, after: 0, countedBefore: 0, countedAfter: 0 },
};

function isUntouched({ filter, stride, before, after }: PoolAxis): boolean {
  return filter === 1 && stride === 1 && before === 0 && after === 0;
}

/** A 2-d pool's window in the core's words. */
export function poolWindow2d([rows, columns]: readonly [PoolAxis, PoolAxis]) {
  return {
    filterHeight: rows.filter,
    filterWidth: columns.filter,
    strideHeight: rows.stride,
    strideWidth: columns.stride,
    dilationHeight: rows.dilation,
    dilationWidth: columns.dilation,
    padding: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
  };
}

/** The pool of two neighbouring axes of [outer, height, width, inner]. */
function pooledPair(
  write: GraphWriter,
  operator: typeof averagePool2d | typeof maxPool2d,
  input: Tensor,
  [rows, columns]: readonly [PoolAxis, PoolAxis],
): Tensor {
  const counted = {
    top: rows.countedBefore,
    bottom: rows.countedAfter,
    left: columns.countedBefore,
    right: columns.countedAfter,
  };
  const isCounted = Object.values(counted).some((count) => count > 0);
  const attributes = {
    ...poolWindow2d([rows, columns]),
    ...(isCounted ? { counted } : {}),
    activation: "none" as const,
  };
  return write.node(operator, attributes, [input], quantizedAs(input));
}

/**
 * A pool over any number of axes: maxima and averages of a box are those over two of its axes, of those over the next two.
 *
 * @param input [batches, spatial axes, channels]
 * @param axes the spatial axes' windows
 */
export function pooled(
  write: GraphWriter,
  operator: typeof averagePool2d | typeof maxPool2d,
  input: Tensor,
  axes: readonly PoolAxis[],
): Tensor {
  const lengths = [...input.shape];
  let output = input;
  for (let last = axes.length - 1; last >= 0; last -= 2) {
    const columns = axes[last] as PoolAxis;
    const rows = last > 0 ? (axes[last - 1] as PoolAxis) : untouched;
    if (isUntouched(rows) && isUntouched(columns)) continue;
    // Spatial axis i is axis i + 1 of the input; a height of 1 stands for what is not there.
    const [first, second] = [Math.max(1, last), last + 1];
    const height = last > 0 ? (lengths[first] as number) : 1;
    const width = lengths[second] as number;
    const outer = product(lengths.slice(0, last > 0 ? first : second));
    const picture = reshaped(write, output, [outer, height, width, product(lengths.slice(second + 1))]);
    const pair = pooledPair(write, operator, picture, [rows, columns]);
    if (last > 0) lengths[first] = outputsOf(rows, height);
    lengths[second] = outputsOf(columns, width);
    output = reshaped(write, pair, [...lengths]);
  }
  return output;
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a * b, 1);
}

/**
 * The p-norm of each window, over any number of axes: an average that counts all padding, times how many it counts.
 */
export function normPooled(write: GraphWriter, input: Tensor, axes: readonly PoolAxis[], p: number): Tensor {
  const counted = axes.map((axis) => ({ ...axis, countedBefore: axis.before, countedAfter: axis.after }));
  const powers = powerOfMagnitude(write, input, p);
  const count = product(axes.map(({ filter }) => filter));
  return rootOf(write, scaled(write, pooled(write, averagePool2d, powers, counted), count), p);
}

/** |x|^p */
export function powerOfMagnitude(write: GraphWriter, input: Tensor, p: number): Tensor {
  if (p === 2) return write.node(square, {}, [input]);
  const magnitude = write.node(abs, {}, [input]);
  return p === 1 ? magnitude : powerOf(write, magnitude, write.scalar(p));
}

/** The p-th root of what is not negative. */
export function rootOf(write: GraphWriter, input: Tensor, p: number): Tensor {
  if (p === 1) return input;
  return p === 2 ? write.node(sqrt, {}, [input]) : powerOf(write, input, write.scalar(1 / p));
}
