import type { Tensor } from "../../graph/tensor.js";
import { silu } from "../../ops/elementwise/activations.js";
import { maximum, minimum } from "../../ops/elementwise/arithmetic.js";
import { equal, greater, notEqual } from "../../ops/elementwise/comparisons.js";
import { abs } from "../../ops/elementwise/functions.js";
import { logistic } from "../../ops/elementwise/logistic.js";
import type { GraphWriter } from "../graph-writer.js";
import { clipped } from "./activations.js";
import { pair, productOf, scaled } from "./arithmetic.js";
import { inWide, requireOrder } from "./whole-numbers.js";

/** The larger of two. */
export const largerOf = pair(maximum);

/** The smaller of two. */
export const smallerOf = pair(minimum);

/** The largest float32, which files write for no limit. */
const largest = (2 - 2 ** -23) * 2 ** 127;

/** A limit that is constant; `none`, an infinity, where no number lies beyond it. Undefined where it is computed at run time. */
function limitOf(limit: Tensor | undefined, none: number): number | undefined {
  if (limit === undefined) return none;
  const value = limit.data === undefined ? undefined : Number(limit.data[0]);
  return value !== undefined && Math.sign(none) * value >= largest ? none : value;
}

/**
 * A tensor limited to low..high, numbers of its type or tensors of one element; where low is above high, high. Without
 * limits the tensor itself.
 */
export function clippedBy(
  write: GraphWriter,
  input: Tensor,
  low: Tensor | undefined,
  high: Tensor | undefined,
): Tensor {
  const [least, most] = [limitOf(low, -Infinity), limitOf(high, Infinity)];
  if (least === -Infinity && most === Infinity) return input;
  if (input.dtype === "float32" && least !== undefined && most !== undefined)
    return clipped(write, input, least, most);
  requireOrder(input);
  const above = low === undefined ? input : inWide(write, [input, low], (a, b) => largerOf(write, a, b));
  return high === undefined ? above : inWide(write, [above, high], (a, b) => smallerOf(write, a, b));
}

/** max(x, 0) of any type. */
export function positivePart(write: GraphWriter, input: Tensor): Tensor {
  return clippedBy(write, input, write.scalar(0, input.dtype), undefined);
}

/** x / (1 + exp(-factor * x)) */
export function swish(write: GraphWriter, input: Tensor, factor: number): Tensor {
  if (factor === 1) return write.node(silu, {}, [input]);
  return productOf(write, input, write.node(logistic, {}, [scaled(write, input, factor)]));
}

/** Whether elements are no numbers. */
export function isNoNumber(write: GraphWriter, input: Tensor): Tensor {
  return write.node(notEqual, {}, [input, input]);
}

/** Whether elements are infinite, of one of these signs. */
export function isInfinite(
  write: GraphWriter,
  input: Tensor,
  { positive, negative }: { positive: boolean; negative: boolean },
): Tensor {
  if (!positive && !negative) return write.node(greater, {}, [input, write.scalar(Infinity)]);
  const magnitude = positive && negative ? write.node(abs, {}, [input]) : input;
  return write.node(equal, {}, [magnitude, write.scalar(positive ? Infinity : -Infinity)]);
}
