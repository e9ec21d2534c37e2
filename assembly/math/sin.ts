/**
 * sin(x), cos(x) and tan(x) of float32, x in radians and any finite number, by float32 and integer operations only.
 *
 * Above pi/4 the argument is reduced exactly enough for every float32 (Payne and Hanek): x = m 2^e with an integer m of
 * 24 bits; bits of 2/pi that make whole circles of m 2^e are left out, and the product of m with the 96 bits after them
 * has the quadrant as its first two bits and x's distance from it as the rest. The distance is normalized before it is
 * multiplied by pi/2, so that it keeps 31 bits however near to a multiple of pi/2 x is, and is given to the polynomials
 * as a float32 r and what r lacks.
 *
 *   sin(r) = r + r^3 S(r^2), cos(r) = 1 - r^2 / 2 + r^4 C(r^2), |r| <= pi/4, S and C of degree 2, fitted to the least
 *   maximal error; tan(r) = r + r^3 T(r^2), T of degree 5, fitted to the least maximal relative error, and
 *   tan(r + pi/2) = -1 / tan(r)
 *
 * NaN and infinities give the canonical NaN.
 * Source: Payne and Hanek, Radian reduction for trigonometric functions (1983); Muller, Elementary Functions.
 */
import { is } from "./kinds";

/** x / (pi/2) modulo 4 for x > pi/4, with 62 bits after the point. */
// @ts-ignore: decorator
@inline
function quartersOf(x: f32): u64 {
  const bits = reinterpret<u32>(x);
  const mantissa = <u64>((bits & 0x7fffff) | 0x800000);
  // The bits of 2/pi that are needed begin at bit `at` of 32 zeros and the 224 bits that follow its point.
  const at = (bits >> 23) - 120;
  let first: u64 = 0x00000000a2f9836e, second: u64 = 0x4e441529fc2757d1, third: u64 = 0xf534ddc0db629599;
  if (at >= 64) {
    first = second;
    second = third;
    third = 0x3c439041fe5163ab;
  }
  if (at >= 128) {
    first = second;
    second = third;
  }
  const shift = <u64>(at & 63);
  return join(first, second, shift) * mantissa + (((join(second, third, shift) >> 32) * mantissa) >> 32);
}

/** 64 bits of two words, from bit `shift` < 64 of the first. */
// @ts-ignore: decorator
@inline
function join(first: u64, second: u64, shift: u64): u64 {
  return (first << shift) | ((second >> 1) >> (63 - shift));
}

/** sin(r + low), |r| <= pi/4, of which `low` is less than half a unit of the last place. */
// @ts-ignore: decorator
@inline
function sinReduced(r: f32, low: f32): f32 {
  const z = r * r;
  const s = <f32>-0.16666655242443085 + z * (<f32>0.008332190103828907 + z * <f32>-0.0001951840822584927);
  return r + (low + r * z * s);
}

/** cos(r + low) likewise. */
// @ts-ignore: decorator
@inline
function cosReduced(r: f32, low: f32): f32 {
  const z = r * r, half: f32 = <f32>0.5 * z, main: f32 = 1 - half;
  const c = <f32>0.04166664555668831 + z * (<f32>-0.001388730714097619 + z * <f32>2.443193989165593e-5);
  return main + (<f32>1 - main - half + (z * z * c - r * low));
}

/** tan(r + low) likewise; the derivative that `low` is multiplied with is 1 + tan(r)^2. */
// @ts-ignore: decorator
@inline
function tanReduced(r: f32, low: f32): f32 {
  const z = r * r;
  const t =
    <f32>0.3333320915699005 +
    z * (<f32>0.13338202238082886 +
      z * (<f32>0.053422123193740845 +
        z * (<f32>0.024481629952788353 + z * (<f32>0.0029398328624665737 + z * <f32>0.009531701914966106))));
  const y = r + r * z * t;
  return r + (low * (1 + y * y) + r * z * t);
}

/** Functions of reduced arguments: AssemblyScript's compile-time parameters are types. */
type Sine = i8;
type Tangent = i16;

/** f(x + quadrants pi/2) for finite x >= 0. */
// @ts-ignore: decorator
@inline
function turned<Kind>(x: f32, quadrants: i32): f32 {
  let r = x, low: f32 = 0;
  if (x > <f32>0.7853981633974483) {
    const quarters = quartersOf(x);
    quadrants += <i32>((quarters + (<u64>1 << 61)) >> 62);
    const distance = <i64>(quarters << 2);
    const magnitude = <u64>abs(distance);
    const zeros = clz(magnitude);
    // pi/2 with 31 bits after the point; the product's last bit is 2^(-63 - zeros).
    const angle = ((magnitude << zeros) >> 32) * 3373259426;
    let unit = reinterpret<f32>((64 - <i32>zeros) << 23);
    if (distance < 0) unit = -unit;
    r = <f32>angle;
    low = <f32><i64>(angle - <u64>r) * unit;
    r *= unit;
  }
  if (is<Kind, Tangent>()) {
    const t = tanReduced(r, low);
    return quadrants & 1 ? -1 / t : t;
  }
  const y = quadrants & 1 ? cosReduced(r, low) : sinReduced(r, low);
  return quadrants & 2 ? -y : y;
}

/** sin(x + quadrants pi/2) for finite x >= 0. */
function sinTurned(x: f32, quadrants: i32): f32 {
  return turned<Sine>(x, quadrants);
}

/** sin(x), within 0.92 ulp. */
export function sin(x: f32): f32 {
  const magnitude = abs(x);
  if (!(magnitude < <f32>Infinity)) return NaN;
  const y = sinTurned(magnitude, 0);
  return copysign<f32>(1, x) < 0 ? -y : y;
}

/** cos(x), within 0.92 ulp. */
export function cos(x: f32): f32 {
  const magnitude = abs(x);
  if (!(magnitude < <f32>Infinity)) return NaN;
  return sinTurned(magnitude, 1);
}

/** tan(x), within 2.1 ulp. */
export function tan(x: f32): f32 {
  const magnitude = abs(x);
  if (!(magnitude < <f32>Infinity)) return NaN;
  const y = turned<Tangent>(magnitude, 0);
  return copysign<f32>(1, x) < 0 ? -y : y;
}
