/**
 * exp(x) and expm1(x) = exp(x) - 1 of float32, by float32 operations only, so that a board without a double-precision
 * unit pays for none.
 *
 *   k = nearest(x / ln 2), r = x - k ln 2 in two parts (Cody and Waite), |r| <= 0.347
 *   expm1(r) = r + r^2 P(r), P of degree 4, fitted to the least maximal error
 *   exp(x)   = 2^k (1 + expm1(r))
 *   expm1(x) = 2^k (expm1(r) + (1 - 2^-k))
 *
 * NaN gives the canonical NaN; overflow gives infinity, and results below the normal numbers are rounded once.
 * Source: Cody and Waite, Software Manual for the Elementary Functions (1980); Muller, Elementary Functions.
 */

/** Above it, exp rounds to infinity. */
// @ts-ignore: decorator
@inline
const largestExponent: f32 = 88.72283935546875;

/** x / ln 2, as an integer. */
// @ts-ignore: decorator
@inline
function halvings(x: f32): f32 {
  return nearest(x * <f32>1.4426950408889634);
}

/** x - k ln 2: the first part of ln 2 has 15 bits, so that its product with k is exact. */
// @ts-ignore: decorator
@inline
function remainder(x: f32, k: f32): f32 {
  return x - k * <f32>0.693145751953125 - k * <f32>1.42860677e-6;
}

/** exp(r) - 1 for |r| <= 0.347. */
// @ts-ignore: decorator
@inline
function expm1Reduced(r: f32): f32 {
  const p: f32 =
    0.5 +
    r * (<f32>0.16666541993618011 +
      r * (<f32>0.04166647791862488 + r * (<f32>0.008366716094315052 + r * <f32>0.0013933730078861117)));
  return r + r * r * p;
}

/** y * 2^k, -150 <= k <= 128, in two factors of which each is a normal number: rounded once. */
// @ts-ignore: decorator
@inline
function scale(y: f32, k: i32): f32 {
  const half = k >> 1;
  return y * reinterpret<f32>((half + 127) << 23) * reinterpret<f32>((k - half + 127) << 23);
}

/** exp(x), within 1.01 ulp. */
export function exp(x: f32): f32 {
  if (!(x <= largestExponent)) return x != x ? <f32>NaN : <f32>Infinity;
  if (x < -104) return 0;
  const k = halvings(x);
  return scale(1 + expm1Reduced(remainder(x, k)), <i32>k);
}

/** exp(x) / 2 for 0 <= x, within 1.01 ulp: finite for some x for which exp(x) is not. */
export function halfExp(x: f32): f32 {
  if (x > <f32>89.41598629223294) return Infinity;
  const k = halvings(x);
  return scale(1 + expm1Reduced(remainder(x, k)), <i32>k - 1);
}

/** exp(x) - 1 without cancellation: within 1.04 ulp for negative x, which ELU takes, and 1.7 ulp for others. */
export function expm1(x: f32): f32 {
  if (!(x <= largestExponent)) return x != x ? <f32>NaN : <f32>Infinity;
  if (x < -18) return -1;
  if (abs(x) < <f32>5.9604644775390625e-8) return x;
  const k = halvings(x);
  const inverse = reinterpret<f32>(max(127 - <i32>k, 0) << 23);
  return scale(expm1Reduced(remainder(x, k)) + (1 - inverse), <i32>k);
}
