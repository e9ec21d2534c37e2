import type { FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  int8Parameters,
  quantizedActivationRange,
  quantizeMultiplier,
} from "../../numerics/requantization.js";

/** Bits that TFLite's 8-bit sums and differences add to their operands. */
const leftShift = 20;

/** A real number in the precision that TFLite Micro computes it in. */
type Round = (value: number) => number;

/** Constants of an int8 sum, by the fields of `addParameters`. */
export interface SumConstants {
  /** Whether the second operand has the larger scale, and is the wide one. */
  swapped: boolean;
  constants: Readonly<Record<string, number>>;
}

/**
 * Constants of `first + sign * second`: the operand of the larger scale is the wide one.
 *
 * @param round the precision of the real multipliers: TFLite Micro's ADD computes them in double, its SUB in float
 * @throws `NotRunnable` where the output's scale is too small beside the operands'
 *
 * Source: TFLite Micro's `CalculateOpDataAdd` and `CalculateOpDataSub`.
 */
export function sumConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
  sign: 1 | -1,
  round: Round,
): SumConstants {
  const swapped = int8Parameters(first).scale < int8Parameters(second).scale;
  const wide = int8Parameters(swapped ? second : first);
  const narrow = int8Parameters(swapped ? first : second);
  const to = int8Parameters(output);
  const twiceLargest = round(2 * wide.scale);
  const narrowing = quantizeMultiplier(round(narrow.scale / twiceLargest));
  const rescaling = quantizeMultiplier(round(twiceLargest / round(2 ** leftShift * to.scale)));
  requireThat(
    rescaling.multiplier === 0 || rescaling.shift < 0,
    `the output's scale ${to.scale} is too small beside the inputs' ${wide.scale}`,
  );
  const shift = Math.max(1, -rescaling.shift);
  const { low, high } = quantizedActivationRange(activation, output);
  return {
    swapped,
    constants: {
      wideZeroPoint: wide.zeroPoint,
      narrowZeroPoint: narrow.zeroPoint,
      wideSign: swapped ? sign : 1,
      narrowSign: swapped ? 1 : sign,
      narrowMultiplier: narrowing.multiplier,
      narrowShift: -narrowing.shift,
      multiplier: rescaling.multiplier,
      shift,
      outputZeroPoint: to.zeroPoint,
      low,
      high,
    },
  };
}
