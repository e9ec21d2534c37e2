import { divideByPower, highMultiply } from "./gemmlowp.js";

/** A real multiplier as TFLite holds it: `multiplier / 2^31 * 2^shift`, multiplier in [2^30, 2^31) or 0. */
export interface FixedPoint {
  multiplier: bigint;
  shift: number;
}

/** Decomposes a positive real multiplier, rounding its fraction to 31 bits; 0 where it is below 2^-32. */
export function fixedPoint(real: number): FixedPoint {
  let shift = 0;
  let fraction = real;
  for (; fraction >= 1; fraction /= 2) shift++;
  for (; fraction < 0.5; fraction *= 2) shift--;
  let multiplier = BigInt(Math.round(fraction * 2 ** 31));
  if (multiplier === 2n ** 31n) {
    multiplier /= 2n;
    shift++;
  }
  return shift < -31 ? { multiplier: 0n, shift: 0 } : { multiplier, shift };
}

/** `value` by a fixed-point multiplier, with TFLite's two roundings. */
export function rescaleFixed(value: number, { multiplier, shift }: FixedPoint): number {
  const shifted = BigInt(value) << BigInt(Math.max(shift, 0));
  return Number(divideByPower(highMultiply(shifted, multiplier), Math.max(-shift, 0)));
}
