/**
 * 1 / sqrt(x) of float32, each rounded: within 1.5 ulp. rsqrt(0) = infinity, rsqrt(-0) = -infinity, as IEEE 754 divides;
 * negative numbers and NaN give the canonical NaN.
 */
export function rsqrt(x: f32): f32 {
  if (!(x >= 0)) return NaN;
  return 1 / sqrt(x);
}
