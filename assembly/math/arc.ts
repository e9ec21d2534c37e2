/**
 * asin(x), acos(x), atan(x) and atan2(y, x) of float32, in radians, by float32 operations only.
 *
 *   asin(x) = x + x^3 A(x^2) for |x| <= 0.5, A of degree 5; acos(x) = pi/2 - asin(x)
 *   asin(x) = pi/2 - 2 asin(s), acos(x) = 2 asin(s), s = sqrt((1 - x) / 2), for x > 0.5; s is taken in two parts, of which
 *   the square of the first is exact, so that its rounding does not show
 *   atan(x) = x + x^3 T(x^2) for |x| <= tan(pi/8), T of degree 4; with pi/4 and (x - 1) / (x + 1) up to tan(3 pi/8),
 *   with pi/2 and -1 / x beyond
 *
 * Polynomials are fitted to the least maximal relative error; pi/2, pi/4 and pi have two parts. What is no number, and x
 * outside of -1..1 for asin and acos, give the canonical NaN. atan2 of zeros and infinities as C's Annex F has it.
 * Source: Muller, Elementary Functions.
 */

/** pi/2 - the nearest float32. */
// @ts-ignore: decorator
@inline
const halfPiRest: f32 = -4.371138828673793e-8;

/** asin(x) / x - 1 for x^2 = z <= 0.25. */
function asinReduced(z: f32): f32 {
  return z * (<f32>0.16666662693023682 +
    z * (<f32>0.07500429451465607 +
      z * (<f32>0.04452361539006233 +
        z * (<f32>0.03179950639605522 + z * (<f32>0.01433505304157734 + z * <f32>0.03780636191368103)))));
}

/** asin(sqrt(w)) for w <= 0.25, plus `rest` where it is small. */
function asinOfRoot(w: f32, rest: f32): f32 {
  if (w == 0) return rest;
  const s: f32 = sqrt<f32>(w), high = reinterpret<f32>(reinterpret<u32>(s) & 0xfffff000);
  const low = (w - high * high) / (s + high);
  return high + (low + s * asinReduced(w) + rest);
}

/** asin(x), within 1.2 ulp. */
export function asin(x: f32): f32 {
  const magnitude = abs(x);
  if (!(magnitude <= 1)) return NaN;
  if (magnitude <= <f32>0.5) return x + x * asinReduced(x * x);
  const root = asinOfRoot(<f32>0.5 * (1 - magnitude), <f32>-0.5 * halfPiRest);
  return copysign<f32>(<f32>1.5707963267948966 - 2 * root, x);
}

/** acos(x), within 0.8 ulp. */
export function acos(x: f32): f32 {
  const magnitude = abs(x);
  if (!(magnitude <= 1)) return NaN;
  if (magnitude <= <f32>0.5) return <f32>1.5707963267948966 - (x - (halfPiRest - x * asinReduced(x * x)));
  const w = <f32>0.5 * (1 - magnitude);
  if (x > 0) return 2 * asinOfRoot(w, 0);
  return <f32>3.141592653589793 - 2 * asinOfRoot(w, -halfPiRest);
}

/** atan(x), within 1.9 ulp. */
export function atan(x: f32): f32 {
  if (x != x) return NaN;
  let r = abs(x), base: f32 = 0, rest: f32 = 0;
  if (r > <f32>2.414213562373095) {
    base = <f32>1.5707963267948966;
    rest = halfPiRest;
    r = -1 / r;
  } else if (r > <f32>0.41421356237309503) {
    base = <f32>0.7853981633974483;
    rest = <f32>0.5 * halfPiRest;
    r = (r - 1) / (r + 1);
  }
  const z = r * r;
  const t =
    <f32>-0.33333316445350647 +
    z * (<f32>0.19998471438884735 +
      z * (<f32>-0.14243532717227936 + z * (<f32>0.1059381365776062 + z * <f32>-0.060782212764024734)));
  return copysign<f32>(base + (r + (r * z * t + rest)), x);
}

/** The angle of the point (x, y), in -pi..pi: within 2.2 ulp. */
export function atan2(y: f32, x: f32): f32 {
  if (x != x || y != y) return NaN;
  const width = abs(x), height = abs(y);
  const quotient: f32 = height == width ? (height == 0 ? <f32>0 : <f32>1) : height / width;
  const angle = atan(quotient);
  if (copysign<f32>(1, x) > 0) return copysign<f32>(angle, y);
  return copysign<f32>(<f32>3.141592653589793 - (angle - 2 * halfPiRest), y);
}
