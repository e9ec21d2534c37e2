import type { FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  integerParameters,
  quantizedActivationRange,
  quantizeMultiplier,
} from "../../numerics/requantization.js";
import { binary } from "./binary.js";
import { nothing, type PairConstants } from "./pair-constants.js";

/** Left shift of a product, of two 9-bit factors or two of 16 bits, up to which int32 cannot overflow. */
const maxLeftShift = { int8: 14, int16: 0 } as const;

/** Constants of an int8 or int16 product, by the fields of `mulParameters`. Throws `NotRunnable` where the scales do not fit. */
export function productConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): Readonly<Record<string, number>> {
  const [a, b, to] = [integerParameters(first), integerParameters(second), integerParameters(output)];
  const { multiplier, shift } = quantizeMultiplier((a.scale * b.scale) / to.scale);
  requireThat(
    shift <= maxLeftShift[output.dtype === "int16" ? "int16" : "int8"],
    `the output's scale ${to.scale} is too small beside the product of the inputs' ${a.scale} and ${b.scale}`,
  );
  return {
    firstZeroPoint: a.zeroPoint,
    secondZeroPoint: b.zeroPoint,
    multiplier,
    shift: -shift,
    outputZeroPoint: to.zeroPoint,
    ...quantizedActivationRange(activation, output),
  };
}

/** Constants of the kernel that takes int16, and any broadcasting. Throws `NotRunnable`. */
export function mulPairConstants(...tensors: Parameters<typeof productConstants>): PairConstants {
  return { ...nothing, ...productConstants(...tensors) };
}

/** Elementwise product of two tensors, with broadcasting and a fused activation. */
export const mul = binary({
  name: "mul",
  compute: (first, second) => first * second,
  checkScales: productConstants,
});
