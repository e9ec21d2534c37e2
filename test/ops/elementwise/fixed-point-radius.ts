import { highMultiply } from "../../numerics/gemmlowp.js";

/**
 * The argument with 4 integer bits that TFLite's int8 logistic and tanh compute for an input `q - zeroPoint`, or on
 * which side it is out of range: at or beyond the radius 15 / scale, which is taken for the scale rounded up to a
 * power of two.
 */
export function inRadius(value: number, scale: number): bigint | "below" | "above" {
  const real = scale * 2 ** 27;
  let shift = 0;
  while (real / 2 ** shift >= 1) shift++;
  const radius = Math.floor((15 * 2 ** 27) / 2 ** shift);
  if (value <= -radius) return "below";
  if (value >= radius) return "above";
  return highMultiply(BigInt(value) * 2n ** BigInt(shift), BigInt(Math.round((real / 2 ** shift) * 2 ** 31)));
}
