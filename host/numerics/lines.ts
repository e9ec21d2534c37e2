import { requireThat } from "../graph/not-runnable.js";
import type { Tensor } from "../graph/tensor.js";
import { type IntegerParameters, quantizeMultiplier } from "./requantization.js";

/** Constants of a function of integers that is one line above the zero point and one below, by the fields of `rescaleParameters`. */
export interface LineConstants {
  inputZeroPoint: number;
  outputZeroPoint: number;
  positiveMultiplier: number;
  positiveShift: number;
  negativeMultiplier: number;
  negativeShift: number;
  negativeSign: number;
  low: number;
  high: number;
}

/** Factors of such a function: from steps of the input to steps of the output. */
export interface LineFactors {
  positive: number;
  /** By default that of positive differences. */
  negative?: number;
  /** Whether the sign of a negative factor is applied after what its magnitude gives is rounded; else before. */
  negateRounded?: boolean;
}

/** Left shift up to which an integer's difference from its zero point stays within int32; int32 saturates. */
const maxLeftShift: Partial<Record<Tensor["dtype"], number>> = { int8: 22, uint8: 22, int16: 14, int32: 29 };

/**
 * @param dtype of the input
 * @param range of the output; its own where absent
 * @throws NotRunnable where a factor is not finite or too large
 */
export function lineConstants(
  dtype: Tensor["dtype"],
  input: Pick<IntegerParameters, "zeroPoint">,
  output: IntegerParameters,
  { positive, negative = positive, negateRounded = false }: LineFactors,
  { low, high }: { low: number; high: number } = output,
): LineConstants {
  const fixed = (real: number) => {
    const { multiplier, shift } = quantizeMultiplier(Math.abs(real));
    requireThat(
      shift <= (maxLeftShift[dtype] ?? 0),
      `a rescale factor of ${real} is too large for values of ${dtype}`,
    );
    return { multiplier, shift: -shift };
  };
  const [above, below] = [fixed(positive), fixed(negative)];
  const signed = (real: number, multiplier: number): number => (real < 0 ? 0 - multiplier : multiplier);
  return {
    inputZeroPoint: input.zeroPoint,
    outputZeroPoint: output.zeroPoint,
    positiveMultiplier: signed(positive, above.multiplier),
    positiveShift: above.shift,
    negativeMultiplier: negateRounded ? below.multiplier : signed(negative, below.multiplier),
    negativeShift: below.shift,
    negativeSign: negateRounded && negative < 0 ? -1 : 1,
    low,
    high,
  };
}
