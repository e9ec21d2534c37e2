import { requireThat } from "../graph/not-runnable.js";
import { doublingHighMultiply, quantizeMultiplier, roundingDivideByPowerOfTwo } from "./requantization.js";

/*
 * gemmlowp's fixed-point functions on int32. A value with m integer bits (Qm.(31-m)) is raw / 2^(31-m), in
 * [-2^m, 2^m); a product's integer bits are the sum of its factors'. Source: gemmlowp, fixedpoint/fixedpoint.h.
 */

const largest = 2 ** 31 - 1;
const smallest = -(2 ** 31);

/** Multiplication by 2^exponent that saturates, as gemmlowp's `SaturatingRoundingMultiplyByPOT` for exponents > 0. */
function saturatingShiftLeft(raw: number, exponent: number): number {
  const threshold = 2 ** (31 - exponent) - 1;
  if (raw > threshold) return largest;
  if (raw < -threshold) return smallest;
  return raw * 2 ** exponent;
}

/** exp(raw / 2^31) for values in [-1/4, 0): Taylor's series around -1/8. */
function expNearZero(raw: number): number {
  const expOfMinusEighth = 1895147668;
  const third = 715827883;
  const x = raw + 2 ** 28;
  const x2 = doublingHighMultiply(x, x);
  const x3 = doublingHighMultiply(x2, x);
  const x4 = doublingHighMultiply(x2, x2);
  const tail = doublingHighMultiply(roundingDivideByPowerOfTwo(x4, 2) + x3, third) + x2;
  return expOfMinusEighth + doublingHighMultiply(expOfMinusEighth, x + roundingDivideByPowerOfTwo(tail, 1));
}

/** exp(-2^n) for n = -2 .. 4, no integer bits. */
const expOfPowers = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242] as const;

/**
 * exp of a value <= 0, as gemmlowp's `exp_on_negative_values`.
 *
 * @param raw int32, not positive
 * @param integerBits integer bits of `raw`, at most 5
 * @returns int32 without integer bits; exp(0) = 1 is 2^31 - 1
 */
export function expOnNegative(raw: number, integerBits: number): number {
  if (raw === 0) return largest;
  const quarter = 2 ** (31 - integerBits - 2);
  const inQuarter = (raw & (quarter - 1)) - quarter;
  const remainder = inQuarter - raw;
  let result = expNearZero(saturatingShiftLeft(inQuarter, integerBits));
  for (const [i, factor] of expOfPowers.entries()) {
    const exponent = i - 2;
    if (integerBits > exponent && (remainder & (2 ** (31 - integerBits + exponent))) !== 0) {
      result = doublingHighMultiply(result, factor);
    }
  }
  return result;
}

/** 2 / (1 + raw / 2^31) with 2 integer bits, for values in [0, 1]: three steps of Newton's and Raphson's division. */
function twoOverOnePlus(raw: number): number {
  const half = Math.floor((raw + largest + 1) / 2);
  let x = 1515870810 + doublingHighMultiply(half, -1010580540);
  for (let step = 0; step < 3; step++) {
    const correction = doublingHighMultiply(x, 2 ** 29 - doublingHighMultiply(half, x));
    x += saturatingShiftLeft(correction, 2);
  }
  return x;
}

/**
 * Logistic function, as gemmlowp's `logistic`.
 *
 * @param raw int32
 * @param integerBits integer bits of `raw`, at most 5
 * @returns int32 without integer bits
 */
export function logisticFixedPoint(raw: number, integerBits: number): number {
  if (raw === 0) return 2 ** 30;
  const positive = saturatingShiftLeft(twoOverOnePlus(expOnNegative(-Math.abs(raw), integerBits)), 1);
  return raw > 0 ? positive : largest - positive;
}

/**
 * Hyperbolic tangent, as gemmlowp's `tanh`.
 *
 * @param raw int32
 * @param integerBits integer bits of `raw`, at most 4
 * @returns int32 without integer bits
 */
export function tanhFixedPoint(raw: number, integerBits: number): number {
  if (raw === 0) return 0;
  const positive = saturatingShiftLeft(
    twoOverOnePlus(expOnNegative(-Math.abs(raw), integerBits + 1)) - 2 ** 29,
    2,
  );
  return raw > 0 ? positive : -positive;
}

/** How a quantized input becomes a fixed-point argument. */
export interface FixedPointInput {
  /** In [2^30, 2^31). */
  multiplier: number;
  /** Left shift before the multiplication, 0 to 31. */
  shift: number;
  /** Largest |q - zeroPoint| whose argument is representable (TFLite's `CalculateInputRadius`). */
  radius: number;
}

/**
 * Rescaling of `q - zeroPoint` to a fixed-point argument with `integerBits` integer bits, as TFLite's
 * `PreprocessSoftmaxScaling` and the preparation of its logistic and tanh kernels.
 *
 * @param scale real value of one step of q
 * @throws NotRunnable where the scale is too small for TFLite's kernels
 */
export function fixedPointInput(scale: number, integerBits: number): FixedPointInput {
  const real = Math.min(scale * 2 ** (31 - integerBits), largest);
  requireThat(
    real > 1,
    `a step of ${scale} in the input is too small; more than ${2 ** (integerBits - 31)} is expected`,
  );
  const { multiplier, shift } = quantizeMultiplier(real / 2 ** 31);
  const left = shift + 31;
  return {
    multiplier,
    shift: left,
    radius: Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** left),
  };
}
