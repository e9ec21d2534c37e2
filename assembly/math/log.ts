/**
 * Natural logarithm of float32, by float32 operations only.
 *
 *   x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); s = f / (2 + f), z = s^2
 *   log(1 + f) = 2 artanh(s) = f - f^2 / 2 + s (f^2 / 2 + z R(z)), R of degree 2, fitted to the least maximal error
 *   log(x) = k ln 2 + log(1 + f), ln 2 in two parts of which the first has 15 bits, so that its product with k is exact
 *
 * log(0) = -infinity; negative numbers and NaN give the canonical NaN.
 * Source: Muller, Elementary Functions; the form with f - f^2 / 2 is that of FreeBSD's libm.
 */

/** sqrt(1/2), the bits of it. */
// @ts-ignore: decorator
@inline
const smallestMantissa: u32 = 0x3f3504f3;

/** log(x), within 0.83 ulp. */
export function log(x: f32): f32 {
  let exponent: i32 = 0;
  if (!(x >= <f32>1.1754943508222875e-38)) {
    if (x == 0) return -Infinity;
    if (!(x > 0)) return NaN;
    x *= 33554432;
    exponent = -25;
  } else if (x == <f32>Infinity) return x;

  const bits: i32 = reinterpret<u32>(x) - smallestMantissa;
  const k = <f32>(exponent + (bits >> 23));
  const f = reinterpret<f32>((bits & 0x7fffff) + smallestMantissa) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const halfSquare = <f32>0.5 * f * f;
  const r = z * (<f32>0.6666677594184875 + z * (<f32>0.39977556467056274 + z * <f32>0.2987200915813446));
  return k * <f32>0.693145751953125 + (f - (halfSquare - (s * (halfSquare + r) + k * <f32>1.42860677e-6)));
}
