import type { Tensor } from "../../graph/tensor.js";
import { add } from "../../ops/elementwise/add.js";
import { div, pow } from "../../ops/elementwise/arithmetic.js";
import type { BinaryAttributes } from "../../ops/elementwise/binary.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sub } from "../../ops/elementwise/sub.js";
import type { Operator } from "../../ops/operator.js";
import type { GraphWriter } from "../graph-writer.js";

const none: BinaryAttributes = { activation: "none" };

/** An operator of two tensors that broadcast, without an activation. */
export const pair =
  (operator: Operator<BinaryAttributes>) =>
  (write: GraphWriter, first: Tensor, second: Tensor): Tensor =>
    write.node(operator, none, [first, second]);

/** first + second */
export const sumOf = pair(add);

/** first - second */
export const differenceOf = pair(sub);

/** first * second */
export const productOf = pair(mul);

/** first / second */
export const quotientOf = pair(div);

/** first to the power of second */
export const powerOf = pair(pow);

/** A tensor times a number; itself where that is 1. */
export function scaled(write: GraphWriter, input: Tensor, factor: number): Tensor {
  return factor === 1 ? input : productOf(write, input, write.scalar(factor, input.dtype));
}
