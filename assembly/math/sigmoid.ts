/**
 * tanh(x) and the logistic function 1 / (1 + exp(-x)) of float32, by float32 operations only.
 *
 *   tanh(x) = x + x^3 T(x^2) for |x| < 0.55, T of degree 4, fitted to the least maximal error
 *           = 1 - 2 / (1 + exp(2 |x|)) with the sign of x otherwise
 *   logistic(x) = 1 / (1 + e) for x >= 0, e / (1 + e) for x < 0, e = exp(-|x|): nothing cancels or overflows
 *
 * TFLite's reference takes exp(x) for the logistic function of x < -9, which is off by up to 1.2e-4 of the value; this is
 * the function itself. NaN gives the canonical NaN.
 */
import { exp } from "./exp";

/** tanh(x). */
export function tanh(x: f32): f32 {
  const magnitude = abs(x);
  if (magnitude < <f32>0.55) {
    const z = x * x;
    const t: f32 =
      <f32>-0.33333319425582886 +
      z * (<f32>0.13332636654376984 +
        z * (<f32>-0.053856849670410156 + z * (<f32>0.02108831144869327 + z * <f32>-0.006295665167272091)));
    return copysign<f32>(magnitude + magnitude * (z * t), x);
  }
  if (x != x) return NaN;
  return copysign<f32>(1 - 2 / (1 + exp(magnitude + magnitude)), x);
}

/** 1 / (1 + exp(-x)). */
export function logistic(x: f32): f32 {
  if (x != x) return NaN;
  const e = exp(-abs(x));
  return (x < 0 ? e : <f32>1) / (1 + e);
}
