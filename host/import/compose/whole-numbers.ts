import { requireThat } from "../../graph/not-runnable.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import { cast } from "../../ops/conversion/cast.js";
import type { GraphWriter } from "../graph-writer.js";

/** What whole numbers are computed in that no kernel of arithmetic takes as they are. */
const wideTypes: Partial<Record<DType, DType>> = {
  int8: "int32",
  uint8: "int32",
  int16: "int32",
  uint32: "int64",
  uint64: "int64",
};

/** A tensor's elements as another type, by value; the tensor itself where it is of that type. */
export function castTo(write: GraphWriter, input: Tensor, to: DType): Tensor {
  return input.dtype === to ? input : write.node(cast, { to }, [input]);
}

/** A tensor as elements that arithmetic takes: whole numbers of few bits in 32 of them, those without a sign in 64. */
export function wide(write: GraphWriter, input: Tensor): Tensor {
  return castTo(write, input, wideTypes[input.dtype] ?? input.dtype);
}

/**
 * What is computed of wide elements, in the type of the first tensor: sums, products and bits wrap as they do in that
 * type, since casts keep the low bits.
 */
export function inWide<const Inputs extends readonly Tensor[]>(
  write: GraphWriter,
  inputs: Inputs,
  compute: (...inputs: { [position in keyof Inputs]: Tensor }) => Tensor,
): Tensor {
  const dtype = inputs[0]?.dtype ?? "float32";
  const widened = inputs.map((input) => wide(write, input));
  return castTo(write, compute(...(widened as { [position in keyof Inputs]: Tensor })), dtype);
}

/** Refuses what takes the order of numbers of 64 bits without a sign, which int64 has not. Throws `NotRunnable`. */
export function requireOrder({ dtype }: Tensor): void {
  requireThat(dtype !== "uint64", "numbers of uint64 are not compared or divided; int64 is supported");
}
