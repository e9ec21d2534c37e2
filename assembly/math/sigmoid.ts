/**
 * tanh(x), the logistic function 1 / (1 + exp(-x)) and its integral, softplus(x) = log(1 + exp(x)), of float32, by
 * float32 operations only.
 *
 *   tanh(x) = x + x^3 T(x^2) for |x| < 0.625, T of degree 4, fitted to the least maximal error
 *           = 1 - 2 / (1 + exp(2 |x|)) with the sign of x otherwise
 *   logistic(x) = 1 / (1 + e) for x >= 0, e / (1 + e) for x < 0, e = exp(-|x|): nothing cancels or overflows
 *   softplus(x) = max(x, 0) + log1p(exp(-|x|))
 *
 * TFLite's reference takes exp(x) for the logistic function of x < -9, which is off by up to 1.2e-4 of the value; this is
 * the function itself. NaN gives the canonical NaN.
 */
import { exp } from "./exp";
import { log1p } from "./log";

/** tanh(x), within 1.4 ulp. */
export function tanh(x: f32): f32 {
  const magnitude = abs(x);
  if (magnitude < <f32>0.625) {
    const z = x * x;
    const t: f32 =
      <f32>-0.3333328366279602 +
      z * (<f32>0.1333148330450058 +
        z * (<f32>-0.053742799907922745 + z * (<f32>0.020648282021284103 + z * <f32>-0.005714484956115484)));
    return copysign<f32>(magnitude + magnitude * (z * t), x);
  }
  if (x != x) return NaN;
  return copysign<f32>(1 - 2 / (1 + exp(magnitude + magnitude)), x);
}

/** 1 / (1 + exp(-x)), within 1.6 ulp for positive x and 2.35 ulp for negative x. */
export function logistic(x: f32): f32 {
  if (x != x) return NaN;
  const e = exp(-abs(x));
  return (x < 0 ? e : <f32>1) / (1 + e);
}

/** log(1 + exp(x)), within 1.6 ulp. */
export function softplus(x: f32): f32 {
  if (x != x) return NaN;
  return max(x, 0) + log1p(exp(-abs(x)));
}
