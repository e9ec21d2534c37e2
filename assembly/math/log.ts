/**
 * log(x) and log1p(x) = log(1 + x), the natural logarithm of float32, by float32 operations only.
 *
 *   x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); s = f / (2 + f), z = s^2
 *   log(1 + f) = 2 artanh(s) = f - f^2 / 2 + s (f^2 / 2 + z R(z)), R of degree 2, fitted to the least maximal error
 *   log(x) = k ln 2 + log(1 + f), ln 2 in two parts of which the first has 15 bits, so that its product with k is exact
 *
 *   log1p(x) = log(u) + (x - (u - 1)) / u, u = 1 + x rounded; of |f| that need no k, f = x without u
 *
 * log(0) = -infinity; negative numbers and NaN give the canonical NaN.
 * Source: Muller, Elementary Functions; the form with f - f^2 / 2 is that of FreeBSD's libm.
 */

/** sqrt(1/2), the bits of it. */
// @ts-ignore: decorator
@inline
const smallestMantissa: u32 = 0x3f3504f3;

/**
 * k ln 2 + log(1 + f).
 *
 * @param rest the second part of k ln 2, and what f lacks
 */
// @ts-ignore: decorator
@inline
function logReduced(k: f32, f: f32, rest: f32): f32 {
  const s = f / (2 + f);
  const z = s * s;
  const halfSquare = <f32>0.5 * f * f;
  const r = z * (<f32>0.6666677594184875 + z * (<f32>0.39977556467056274 + z * <f32>0.2987200915813446));
  return k * <f32>0.693145751953125 + (f - (halfSquare - (s * (halfSquare + r) + rest)));
}

/** f of a number's bits above those of sqrt(1/2). */
// @ts-ignore: decorator
@inline
function mantissaOf(bits: i32): f32 {
  return reinterpret<f32>((bits & 0x7fffff) + smallestMantissa) - 1;
}

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
  return logReduced(k, mantissaOf(bits), k * <f32>1.42860677e-6);
}

/** log(1 + x), within 0.85 ulp. */
export function log1p(x: f32): f32 {
  if (!(x > -1)) return x == -1 ? <f32>-Infinity : <f32>NaN;
  if (abs(x) < <f32>2.9802322387695312e-8 || x == <f32>Infinity) return x;
  if (x > <f32>-0.29 && x < <f32>0.41) return logReduced(0, x, 0);
  const u: f32 = 1 + x;
  const lost: f32 = (x > 1 ? <f32>1 - (u - x) : x - (u - 1)) / u;
  const bits: i32 = reinterpret<u32>(u) - smallestMantissa;
  const k = <f32>(bits >> 23);
  return logReduced(k, mantissaOf(bits), k * <f32>1.42860677e-6 + lost);
}
