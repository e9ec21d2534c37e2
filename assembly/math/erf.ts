/**
 * erf(x) and erfc(x) = 1 - erf(x) of float32, by float32 operations only. erfc is for the exact GELU, where 1 + erf
 * would cancel.
 *
 *   erf(x) = x + x E(x^2) for |x| < 0.9, E of degree 6
 *   erfc(x) = exp(-x^2) (1 + C(u)) / (1 + 2 x), u = (x - 2) / (x + 2), for x >= 0.9, C of degree 8, which is nearly flat;
 *           = 2 - erfc(-x) for x <= -0.9; 1 - erf(x) between
 *   exp(-x^2) = exp(-q) (1 - d), where q is x^2 rounded and d = x^2 - q, from two parts of x of which the square of the
 *   first is exact
 *
 * Both polynomials are fitted to the least maximal relative error. NaN gives the canonical NaN.
 * Source: Abramowitz and Stegun, 7.1; the argument in two parts: Cody, Rational Chebyshev approximations for the error
 * function (1969).
 */
import { exp } from "./exp";

/** erf(x), within 1.1 ulp. */
export function erf(x: f32): f32 {
  const magnitude = abs(x);
  if (magnitude < <f32>0.9) return x + x * small(x * x);
  if (x != x) return NaN;
  return copysign<f32>(1 - large(magnitude), x);
}

/** 1 - erf(x), without cancellation: within 3.6 ulp. */
export function erfc(x: f32): f32 {
  const magnitude = abs(x);
  if (magnitude < <f32>0.9) return 1 - (x + x * small(x * x));
  if (x != x) return NaN;
  const y = large(magnitude);
  return x < 0 ? 2 - y : y;
}

/** erf(x) / x - 1 for x^2 < 0.81. */
// @ts-ignore: decorator
@inline
function small(z: f32): f32 {
  return (
    <f32>0.12837916612625122 +
    z * (<f32>-0.37612631916999817 +
      z * (<f32>0.1128368154168129 +
        z * (<f32>-0.026859020814299583 +
          z * (<f32>0.005200712941586971 + z * (<f32>-0.0008144020684994757 + z * <f32>8.391569281229749e-5)))))
  );
}

/** erfc(x) for x >= 0.9. */
function large(x: f32): f32 {
  if (x > <f32>10.1) return 0;
  const u: f32 = (x - 2) / (x + 2);
  const c: f32 =
    <f32>0.27697837352752686 +
    u * (<f32>-0.09276382625102997 +
      u * (<f32>-0.1660295575857162 +
        u * (<f32>0.16405050456523895 +
          u * (<f32>-0.05423448607325554 +
            u * (<f32>-0.008008336648344994 +
              u * (<f32>0.008798087947070599 + u * (<f32>0.0010656252270564437 + u * <f32>-0.0015071425586938858)))))));
  const square = x * x, high = reinterpret<f32>(reinterpret<u32>(x) & 0xfffff000), low = x - high;
  const lack = high * high - square + (high + x) * low;
  const y = exp(-square) * ((1 + c) / (<f32>1 + <f32>2 * x));
  return y - y * lack;
}
