/**
 * x^y of float32.
 *
 *   |x| = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); s = f / (2 + f)
 *   log2(|x|) = k + s L(s^2), L of degree 4;  t = y log2(|x|), n = nearest(t), |x|^y = 2^n (1 + (t - n) E(t - n)), E of
 *   degree 5; both fitted to the least maximal relative error
 *
 * The logarithm is multiplied by up to 2^7 and needs more bits than float32 has: it is float64, which is smaller and here
 * no slower than pairs of float32. No other function of this folder needs float64, but for `floorDiv`.
 *
 * Special cases as C's Annex F and IEEE 754 have them: x^0 = 1 and 1^y = 1 even for NaN; an odd y keeps the sign of x; a
 * negative finite x with a y that is no integer gives the canonical NaN.
 * Source: Muller, Elementary Functions.
 */

/** x^y, within 0.55 ulp. */
export function pow(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const magnitude = abs(x);
  let sign: f32 = 1;
  if (copysign<f32>(1, x) < 0) {
    if (floor(y) != y) {
      if (x < 0 && magnitude < <f32>Infinity) return NaN;
    } else if (abs(y) < 16777216 && <i32>y & 1) sign = -1;
  }
  if (magnitude == 1) return sign;
  return sign * <f32>exp2(<f64>y * log2(magnitude));
}

/** log2(x), x >= 0, as float64: float32's subnormal numbers are normal there. */
function log2(x: f32): f64 {
  if (x == 0) return -Infinity;
  if (x == <f32>Infinity) return Infinity;
  const smallest: i64 = 0x3fe6a09e667f3bcd;
  const bits = reinterpret<i64>(<f64>x) - smallest;
  const f = reinterpret<f64>((bits & 0xfffffffffffff) + smallest) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const l =
    2.885390081790203 +
    z * (0.9617966731830577 + z * (0.5770836172151369 + z * (0.4116706778480923 + z * 0.34076967850367423)));
  return <f64>(bits >> 52) + s * l;
}

/** 2^t: infinity and 0 from where float32 has them. */
function exp2(t: f64): f64 {
  if (t >= 128) return Infinity;
  if (t < -151) return 0;
  const n = nearest(t);
  const r = t - n;
  const e =
    0.6931472029101431 +
    r * (0.24022647930874166 +
      r * (0.05550332399258594 +
        r * (0.009618435315193047 + r * (0.001339889448810652 + r * 0.00015353894805963827))));
  return reinterpret<f64>((<i64>n + 1023) << 52) * (1 + r * e);
}
