import type { FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  type FixedPointMultiplier,
  integerParameters,
  quantizedActivationRange,
  quantizeMultiplier,
} from "../../numerics/requantization.js";

/** Constants of a function of two quantized integers, by the fields of `quantizedPairParameters`. */
export type PairConstants = Readonly<typeof nothing>;

/** What a field holds that a kernel does not read. */
export const nothing = {
  firstZeroPoint: 0,
  secondZeroPoint: 0,
  leftShift: 0,
  firstMultiplier: 0,
  firstShift: 0,
  secondMultiplier: 0,
  secondShift: 0,
  secondSign: 1,
  multiplier: 0,
  shift: 0,
  outputZeroPoint: 0,
  low: 0,
  high: 0,
};

/** What rescales operands and result, each where there is one. */
interface Rescaling {
  first?: FixedPointMultiplier;
  second?: FixedPointMultiplier;
  result?: FixedPointMultiplier;
}

/** The most bits that a kernel shifts to the left; a factor that takes more makes every result an end of the range. */
const maxLeftShift = 22;

/** Constants of operands, and of an output unless it is bool. Throws `NotRunnable` where a factor is too large. */
function constants(
  [first, second, output]: readonly [Tensor, Tensor, Tensor],
  activation: FusedActivation,
  rescaling: Rescaling,
  others: Partial<PairConstants> = {},
): PairConstants {
  const of = (name: string, by: FixedPointMultiplier | undefined): Record<string, number> => {
    if (by === undefined) return {};
    requireThat(by.shift <= maxLeftShift, `the scales make a factor of 2^${by.shift}, which is too large`);
    return { [`${name}Multiplier`]: by.multiplier, [`${name}Shift`]: -by.shift };
  };
  const isBool = output.dtype === "bool";
  const { resultMultiplier: multiplier = 0, resultShift: shift = 0 } = of("result", rescaling.result);
  return {
    ...nothing,
    firstZeroPoint: integerParameters(first).zeroPoint,
    secondZeroPoint: integerParameters(second).zeroPoint,
    ...of("first", rescaling.first),
    ...of("second", rescaling.second),
    multiplier,
    shift,
    ...(isBool ? {} : { outputZeroPoint: integerParameters(output).zeroPoint }),
    ...(isBool ? {} : quantizedActivationRange(activation, output)),
    ...others,
  };
}

const scalesOf = (...tensors: readonly Tensor[]): number[] =>
  tensors.map((tensor) => integerParameters(tensor).scale);

/**
 * Constants of `first + sign * second`.
 *
 * @param round the precision of the real multipliers: TFLite Micro's ADD computes them in double, its SUB in float
 * Source: TFLite Micro's `CalculateOpDataAdd` and `CalculateOpDataSub`.
 */
export function sumPairConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
  sign: 1 | -1,
  round: (value: number) => number,
): PairConstants {
  const [a = 0, b = 0, to = 0] = scalesOf(first, second, output);
  const leftShift = output.dtype === "int16" ? 15 : 20;
  const twice = round(2 * Math.max(a, b));
  const result = quantizeMultiplier(round(twice / round(2 ** leftShift * to)));
  requireThat(
    result.multiplier === 0 || result.shift <= 0,
    `the output's scale ${to} is too small beside the inputs' ${Math.max(a, b)}`,
  );
  const rescaling = {
    first: quantizeMultiplier(round(a / twice)),
    second: quantizeMultiplier(round(b / twice)),
    result,
  };
  return constants([first, second, output], activation, rescaling, { leftShift, secondSign: sign });
}

/** Constants of `(first - second)^2`. Source: TFLite Micro's `SquaredDifferencePrepare`. */
export function squaredDifferenceConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): PairConstants {
  const [a = 0, b = 0, to = 0] = scalesOf(first, second, output);
  const leftShift = output.dtype === "int16" ? 0 : 7;
  const twice = 2 * Math.max(a, b);
  const rescaling = {
    first: quantizeMultiplier(a / twice),
    second: quantizeMultiplier(b / twice),
    result: quantizeMultiplier((twice * twice) / Math.fround(2 ** (2 * leftShift) * to)),
  };
  return constants([first, second, output], activation, rescaling, { leftShift });
}

/** Constants of `first / second`. Source: TFLite Micro's `CalculateOpDataDiv`. */
export function quotientConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): PairConstants {
  const [a = 0, b = 0, to = 0] = scalesOf(first, second, output);
  const result = quantizeMultiplier(Math.fround(a / Math.fround(b * to)));
  return constants([first, second, output], activation, { result });
}

/** Constants of `first` where it is at least 0, else `first * second`. Source: TFLite Micro's `CalculatePreluParams`. */
export function preluConstants(
  first: Tensor,
  second: Tensor,
  output: Tensor,
  activation: FusedActivation,
): PairConstants {
  const [a = 0, alpha = 0, to = 0] = scalesOf(first, second, output);
  const rescaling = { first: quantizeMultiplier(a / to), second: quantizeMultiplier((a * alpha) / to) };
  return constants([first, second, output], activation, rescaling);
}

/** Bits that a comparison's operands gain before they are rescaled. */
const comparisonShift = 8;

/** Constants of a comparison: both scales become one of 2^-8. Source: TFLite Micro's `ComparisonsPrepare`. */
export function comparisonConstants(first: Tensor, second: Tensor, output: Tensor): PairConstants {
  const [a = 0, b = 0] = scalesOf(first, second);
  const rescaling = { first: quantizeMultiplier(a), second: quantizeMultiplier(b) };
  return constants([first, second, output], "none", rescaling, { leftShift: comparisonShift });
}
