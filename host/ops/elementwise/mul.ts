import type { FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8ActivationRange, int8Parameters, quantizeMultiplier } from "../../numerics/requantization.js";
import { binary } from "./binary.js";

/** Left shift of a product of two 9-bit factors up to which int32 cannot overflow. */
const maxLeftShift = 14;

/** Constants of an int8 product, by the fields of `mulParameters`. Throws `NotRunnable` where the scales do not fit. */
export function productConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): Readonly<Record<string, number>> {
  const [a, b, to] = [int8Parameters(first), int8Parameters(second), int8Parameters(output)];
  const { multiplier, shift } = quantizeMultiplier((a.scale * b.scale) / to.scale);
  requireThat(
    shift <= maxLeftShift,
    `the output's scale ${to.scale} is too small beside the product of the inputs' ${a.scale} and ${b.scale}`,
  );
  return {
    firstZeroPoint: a.zeroPoint,
    secondZeroPoint: b.zeroPoint,
    multiplier,
    shift: -shift,
    outputZeroPoint: to.zeroPoint,
    ...int8ActivationRange(activation, output),
  };
}

/** Elementwise product of two tensors, with broadcasting and a fused activation. */
export const mul = binary({
  name: "mul",
  compute: (first, second) => first * second,
  checkScales: productConstants,
});
