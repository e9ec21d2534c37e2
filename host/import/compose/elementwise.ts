import type { Tensor } from "../../graph/tensor.js";
import { clamp, silu } from "../../ops/elementwise/activations.js";
import { maximum, minimum } from "../../ops/elementwise/arithmetic.js";
import { equal, greater, notEqual } from "../../ops/elementwise/comparisons.js";
import { abs } from "../../ops/elementwise/functions.js";
import { logistic } from "../../ops/elementwise/logistic.js";
import { relu, relu0To1, relu6, reluN1To1 } from "../../ops/elementwise/relu.js";
import type { GraphWriter } from "../graph-writer.js";
import { pair, productOf, scaled } from "./arithmetic.js";
import { inWide, requireOrder } from "./whole-numbers.js";

/** The larger of two. */
export const largerOf = pair(maximum);

/** The smaller of two. */
export const smallerOf = pair(minimum);

/** Limits that are rectifiers, which other nodes may take in. */
const rectifiers = [
  { low: 0, high: Infinity, operator: relu },
  { low: 0, high: 6, operator: relu6 },
  { low: -1, high: 1, operator: reluN1To1 },
  { low: 0, high: 1, operator: relu0To1 },
] as const;

/** The largest float32, which files write for no limit. */
const largest = (2 - 2 ** -23) * 2 ** 127;

/** A limit that is constant, and infinite where no number lies beyond it; undefined where it is computed at run time. */
function limitOf(limit: Tensor | undefined, otherwise: number): number | undefined {
  if (limit === undefined) return otherwise;
  const value = limit.data === undefined ? undefined : Number(limit.data[0]);
  return value !== undefined && Math.abs(value) >= largest ? Math.sign(value) * Infinity : value;
}

/**
 * A tensor limited to low..high, numbers of its type or tensors of one element; where low is above high, high. Without
 * limits the tensor itself.
 */
export function clipped(
  write: GraphWriter,
  input: Tensor,
  low: Tensor | undefined,
  high: Tensor | undefined,
): Tensor {
  const [least, most] = [limitOf(low, -Infinity), limitOf(high, Infinity)];
  if (least === -Infinity && most === Infinity) return input;
  if (input.dtype === "float32" && least !== undefined && most !== undefined) {
    const own = rectifiers.find((known) => known.low === least && known.high === most);
    if (own !== undefined) return write.node(own.operator, {}, [input]);
    return write.node(clamp, { low: least, high: most }, [input]);
  }
  requireOrder(input);
  const above = low === undefined ? input : inWide(write, [input, low], (a, b) => largerOf(write, a, b));
  return high === undefined ? above : inWide(write, [above, high], (a, b) => smallerOf(write, a, b));
}

/** max(x, 0) of any type. */
export function rectified(write: GraphWriter, input: Tensor): Tensor {
  return clipped(write, input, write.scalar(0, input.dtype), undefined);
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
