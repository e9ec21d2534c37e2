import type { FusedActivation } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { binary } from "./binary.js";
import { type PairConstants, sumPairConstants } from "./pair-constants.js";
import { type SumConstants, sumConstants } from "./sum-constants.js";

/** Constants of an int8 difference, whose multipliers TFLite Micro computes in float. Throws `NotRunnable`. */
export function subConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): SumConstants {
  return sumConstants(first, second, output, activation, -1, Math.fround);
}

/** Constants of the kernel that takes int16, and any broadcasting. Throws `NotRunnable`. */
export function subPairConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): PairConstants {
  return sumPairConstants(first, second, output, activation, -1, Math.fround);
}

/** Elementwise difference of two tensors, with broadcasting and a fused activation. */
export const sub = binary({
  name: "sub",
  compute: (first, second) => first - second,
  checkScales: (...tensors) =>
    tensors[0].dtype === "int8" ? subConstants(...tensors) : subPairConstants(...tensors),
});
