/**
 * sinh(x), cosh(x), and the functions that undo them, asinh(x), acosh(x) and atanh(x), of float32, by float32 operations
 * only.
 *
 *   sinh(x) = x + x^3 S(x^2) for |x| < 1, S of degree 3; h - 1 / 4h, h = exp(|x|) / 2, with the sign of x, beyond
 *   cosh(x) = h + 1 / 4h
 *   asinh(x) = x + x^3 A(x^2) for |x| < 0.5, A of degree 4; log1p(x + x^2 / (1 + sqrt(x^2 + 1))) up to 2^13
 *   acosh(x) = log1p(t + sqrt(2 t + t^2)), t = x - 1, up to 2^13
 *   asinh(x) and acosh(x) = log(x) + ln 2 beyond
 *   atanh(x) = x + x^3 T(x^2) for |x| < 0.5, T of degree 5; log1p(2 x / (1 - x)) / 2 beyond
 *
 * Polynomials are fitted to the least maximal relative error. What is no number gives the canonical NaN.
 * Source: Muller, Elementary Functions; Abramowitz and Stegun, 4.5 and 4.6.
 */
import { halfExp } from "./exp";
import { log, log1p } from "./log";

/** From it on, what x^2 and 1 differ by does not show. */
// @ts-ignore: decorator
@inline
const large: f32 = 8192;

/** sinh(x), within 1.6 ulp. */
export function sinh(x: f32): f32 {
  const magnitude = abs(x);
  if (magnitude < 1) {
    const z = x * x;
    const s =
      <f32>0.1666666716337204 +
      z * (<f32>0.008333350531756878 + z * (<f32>0.000198358713532798 + z * <f32>0.000002819029077727464));
    return x + x * (z * s);
  }
  if (x != x) return NaN;
  const half = halfExp(magnitude);
  return copysign<f32>(half - <f32>0.25 / half, x);
}

/** cosh(x), within 1.45 ulp. */
export function cosh(x: f32): f32 {
  if (x != x) return NaN;
  const half = halfExp(abs(x));
  return half + <f32>0.25 / half;
}

/** asinh(x), within 1.7 ulp. */
export function asinh(x: f32): f32 {
  const magnitude = abs(x), z = x * x;
  if (magnitude < <f32>0.5) {
    const a =
      <f32>-0.16666647791862488 +
      z * (<f32>0.07498693466186523 +
        z * (<f32>-0.04437968134880066 + z * (<f32>0.02811168134212494 + z * <f32>-0.0130999144166708)));
    return copysign<f32>(magnitude + magnitude * (z * a), x);
  }
  if (x != x) return NaN;
  if (magnitude >= large) return copysign<f32>(log(magnitude) + <f32>0.6931471805599453, x);
  return copysign<f32>(log1p(magnitude + z / (1 + sqrt<f32>(z + 1))), x);
}

/** acosh(x), within 1.8 ulp. */
export function acosh(x: f32): f32 {
  if (!(x >= 1)) return NaN;
  if (x >= large) return log(x) + <f32>0.6931471805599453;
  const t: f32 = x - 1;
  return log1p(t + sqrt<f32>(2 * t + t * t));
}

/** atanh(x), within 1.1 ulp. */
export function atanh(x: f32): f32 {
  const magnitude = abs(x);
  if (magnitude < <f32>0.5) {
    const z = x * x;
    const t =
      <f32>0.3333331048488617 +
      z * (<f32>0.2000216543674469 +
        z * (<f32>0.14225628972053528 +
          z * (<f32>0.11823723465204239 + z * (<f32>0.05067923665046692 + z * <f32>0.17837320268154144))));
    return x + x * (z * t);
  }
  if (!(magnitude <= 1)) return NaN;
  return copysign<f32>(<f32>0.5 * log1p(2 * magnitude / (1 - magnitude)), x);
}
