/**
 * log(x), the natural logarithm of float32, by integers: within 2^-24 of it, and half a unit in the last place of what is larger
 * than 1. Where floats are software it takes a third of the time that log.ts takes.
 *
 *   x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); f has 31 fractional bits, which are exact
 *   log(1 + f) = f P(f), P of degree 8, fitted to the least maximal error (5.3e-9), in 30 fractional bits, each product rounded
 *   log(x) = k ln 2 + log(1 + f), rounded to 24 fractional bits, then to float32
 *
 * Numbers from -2^-126 to 2^-126, these excluded, count as 0, of which it is -infinity; others below and NaN give the canonical NaN.
 * Source: Muller, Elementary Functions.
 */
import { product } from "./real-fft";

/** sqrt(1/2), the bits of it. */
// @ts-ignore: decorator
@inline
const smallestMantissa: i32 = 0x3f3504f3;

export function logByIntegers(x: f32): f32 {
  const given = reinterpret<u32>(x);
  if (given - 0x00800000 >= 0x7f000000) {
    if (given == 0x7f800000) return x;
    return given << 1 < 0x01000000 ? <f32>-Infinity : <f32>NaN;
  }
  const bits = <i32>given - smallestMantissa;
  const mantissa = (bits & 0x7fffff) + smallestMantissa;
  const f = (((mantissa & 0x7fffff) | 0x800000) << ((mantissa >> 23) - 119)) - i32.MIN_VALUE;
  let p: i32 = 88735897;
  p = product<i32>(p, f) - 154948256;
  p = product<i32>(p, f) + 162801540;
  p = product<i32>(p, f) - 177806722;
  p = product<i32>(p, f) + 214009252;
  p = product<i32>(p, f) - 268455085;
  p = product<i32>(p, f) + 357934743;
  p = product<i32>(p, f) - 536870862;
  p = product<i32>(p, f) + 1073741666;
  const whole = <i64>(bits >> 23) * 744261118 + product<i32>(p, f);
  return <f32>(<i32>((whole + 32) >> 6)) * <f32>5.9604644775390625e-8;
}
