import type { FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  type FixedPointMultiplier,
  integerParameters,
  quantizedActivationRange,
  quantizeMultiplier,
  roundsOnce,
} from "../../numerics/requantization.js";
import { binary } from "./binary.js";
import { nothing, type PairConstants } from "./pair-constants.js";

/** Left shift of a product, of two 9-bit factors or two of 16 bits, up to which int32 cannot overflow. */
const maxLeftShift = { int8: 14, int16: 0 } as const;

/** Factors from which on a multiplier without a shift is more exact than two roundings. */
const leastUnshifted = 2 ** -12;

/**
 * The fixed point by which products of two bytes become integers of `output`. Where these are to be rounded once, the multiplier
 * takes the whole factor, of 1 at most: there is then no shift to the right, which would round for a second time, and the
 * multiplication alone rounds, halves up. It has fewer bits then, which products of 16 do not show.
 */
function productMultiplier(factor: number, output: Tensor): FixedPointMultiplier {
  const isUnshifted = roundsOnce(output) && factor >= leastUnshifted && factor < 1;
  const whole = Math.round(factor * 2 ** 31);
  return isUnshifted && whole < 2 ** 31 ? { multiplier: whole, shift: 0 } : quantizeMultiplier(factor);
}

/** Constants of an int8 or int16 product, by the fields of `mulParameters`. Throws `NotRunnable` where the scales do not fit. */
export function productConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): Readonly<Record<string, number>> {
  const [a, b, to] = [integerParameters(first), integerParameters(second), integerParameters(output)];
  const { multiplier, shift } = productMultiplier((a.scale * b.scale) / to.scale, output);
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
