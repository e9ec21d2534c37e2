import type { FusedActivation } from "../graph/node.js";
import { NotRunnable, requireThat } from "../graph/not-runnable.js";
import { type DType, integerRange, perTensor, type Tensor } from "../graph/tensor.js";

/** Largest magnitude of a quantized bias: half of int32, the other half is left to the sum of products. */
export const biasLimit = 2 ** 30;

/**
 * Fixed-point multiplier: `value * multiplier * 2^(shift - 31)`, multiplier in [2^30, 2^31), as TFLite's
 * `QuantizeMultiplier` computes it (gemmlowp's fixed-point scheme).
 */
export interface FixedPointMultiplier {
  multiplier: number;
  /** Positive: left shift before the multiplication. Negative: rounding right shift after it. */
  shift: number;
}

/** Decomposes a non-negative real multiplier. Throws `NotRunnable` where it is not finite. */
export function quantizeMultiplier(real: number): FixedPointMultiplier {
  requireThat(
    Number.isFinite(real) && real >= 0,
    `a rescale factor of ${real} is not a finite positive number`,
  );
  if (real === 0) return { multiplier: 0, shift: 0 };
  let shift = Math.max(-1074, Math.floor(Math.log2(real)) + 1);
  let fraction = real / 2 ** shift;
  if (fraction >= 1) {
    fraction /= 2;
    shift++;
  } else if (fraction < 0.5) {
    fraction *= 2;
    shift--;
  }
  let multiplier = Math.round(fraction * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  if (shift < -31) return { multiplier: 0, shift: 0 };
  if (shift > 30) return { multiplier: 2 ** 31 - 1, shift: 30 };
  return { multiplier, shift };
}

/** Whether what becomes integers of a tensor is rounded once, halves to even. */
export function roundsOnce({ quantization }: Tensor): boolean {
  return quantization?.halves === "even";
}

/** A fixed point with a multiplier of 16 bits, `value * multiplier * 2^(shift - 15)`, as TFLite rescales sums of 64 bits. */
export function narrowMultiplier({ multiplier, shift }: FixedPointMultiplier): FixedPointMultiplier {
  return { multiplier: multiplier < 0x7fff0000 ? (multiplier + 0x8000) >> 16 : 0x7fff, shift };
}

/** Rounding doubling high multiplication of int32 values, as gemmlowp's `SaturatingRoundingDoublingHighMul`. */
export function doublingHighMultiply(a: number, b: number): number {
  if (a === -(2 ** 31) && b === -(2 ** 31)) return 2 ** 31 - 1;
  return Number((BigInt(a) * BigInt(b) + (1n << 30n)) >> 31n);
}

/** Division by 2^exponent, rounding half away from zero, as gemmlowp's `RoundingDivideByPOT`. */
export function roundingDivideByPowerOfTwo(value: number, exponent: number): number {
  const mask = 2 ** exponent - 1;
  const remainder = value & mask;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + (remainder > threshold ? 1 : 0);
}

/** `value * real` in the fixed point of TFLite's reference kernels (`MultiplyByQuantizedMultiplier`, both roundings). */
export function multiplyByQuantizedMultiplier(value: number, by: FixedPointMultiplier): number {
  const left = Math.max(by.shift, 0);
  const right = Math.max(-by.shift, 0);
  return roundingDivideByPowerOfTwo(doublingHighMultiply((value << left) | 0, by.multiplier), right);
}

/** `value * real` in fixed point, rounded once, halves up. */
export function multiplyOnce(value: number, { multiplier, shift }: FixedPointMultiplier): number {
  const half = 1n << BigInt(30 - shift);
  return Number((BigInt(value) * BigInt(multiplier) + half) >> BigInt(31 - shift));
}

/** Rounds half away from zero, as TFLite's `TfLiteRound`. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** The nearest integer, of two the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** A step of what a tensor quantized as a whole stands for, and the integers that it holds. */
export interface IntegerParameters {
  scale: number;
  zeroPoint: number;
  low: number;
  high: number;
}

/** Dtypes of tensors that are quantized as a whole. */
export const quantizedTypes = ["int8", "uint8", "int16", "int32"] as const;

/**
 * Scale, zero point and range of a tensor quantized as a whole. Throws `NotRunnable` for other dtypes than
 * `quantizedTypes`, and where parameters are missing or invalid.
 */
export function integerParameters({ name, dtype, quantization }: Tensor): IntegerParameters {
  const known = quantizedTypes.find((type) => type === dtype);
  if (known === undefined)
    throw new NotRunnable(`tensor "${name}" is ${dtype}; ${quantizedTypes.join(", ")} is expected`);
  const parameters = perTensor({ name, dtype, shape: [], ...(quantization && { quantization }) });
  if (parameters === undefined)
    throw new NotRunnable(`tensor "${name}" has no scale and zero point for the whole tensor`);
  const { scale, zeroPoint } = parameters;
  const [low, high] = integerRange[known];
  requireThat(
    Number.isFinite(scale) && scale > 0,
    `tensor "${name}" has scale ${scale}; a finite positive number is expected`,
  );
  requireThat(
    Number.isInteger(zeroPoint) && zeroPoint >= low && zeroPoint <= high,
    `tensor "${name}" has zero point ${zeroPoint}; a number in ${low}..${high} is expected`,
  );
  return { scale, zeroPoint, low, high };
}

/** Scale and zero point of an int8 tensor quantized as a whole. Throws `NotRunnable` where they are missing or invalid. */
export function int8Parameters(tensor: Tensor): { scale: number; zeroPoint: number } {
  return quantizedParameters(tensor, "int8");
}

/**
 * Scale and zero point of an activation quantized as a whole; the zero point of int16 is 0. Throws `NotRunnable` where
 * they are missing or invalid.
 *
 * @param dtype the activation's, by default
 */
export function quantizedParameters(
  tensor: Tensor,
  dtype: DType = tensor.dtype,
): { scale: number; zeroPoint: number } {
  const { scale, zeroPoint } = integerParameters({ ...tensor, dtype });
  requireThat(
    dtype !== "int16" || zeroPoint === 0,
    `tensor "${tensor.name}" has zero point ${zeroPoint}; 0 is expected of int16`,
  );
  return { scale, zeroPoint };
}

/** Whether two tensors hold the same real value for the same integer; not where one is not quantized as a whole. */
export function sameParameters(a: Tensor, b: Tensor): boolean {
  const [p, q] = [perTensor(a), perTensor(b)];
  return p !== undefined && q !== undefined && p.scale === q.scale && p.zeroPoint === q.zeroPoint;
}

/** What a fused activation limits real numbers to. */
export const activationLimits: Readonly<Record<FusedActivation, readonly [low: number, high: number]>> = {
  none: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  relu: [0, Number.POSITIVE_INFINITY],
  relu6: [0, 6],
  "relu-n1-to-1": [-1, 1],
  "relu-0-to-1": [0, 1],
};

/** Range of integers that a fused activation leaves to a quantized output (TFLite's `CalculateActivationRangeQuantized`). */
export function quantizedActivationRange(
  activation: FusedActivation,
  output: Tensor,
): { low: number; high: number } {
  const { scale, zeroPoint, low, high } = integerParameters(output);
  const quantize = (real: number): number =>
    Math.min(high, Math.max(low, zeroPoint + roundHalfAway(Math.fround(real / scale))));
  const [least, most] = activationLimits[activation];
  return { low: quantize(least), high: quantize(most) };
}

/** The activation on a real number. */
export function applyActivation(activation: FusedActivation, value: number): number {
  const [low, high] = activationLimits[activation];
  return Math.min(high, Math.max(low, value));
}

/** Range of real numbers that a fused activation leaves to the output. */
export function floatActivationRange(activation: FusedActivation): { lowest: number; highest: number } {
  return {
    lowest: applyActivation(activation, Number.NEGATIVE_INFINITY),
    highest: applyActivation(activation, Number.POSITIVE_INFINITY),
  };
}
