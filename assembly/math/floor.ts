/**
 * Division of float32 that rounds down, bit for bit as TFLite's reference kernels do it, but for NaN, which is the
 * canonical one.
 *
 *   floorDiv(a, b) = floor(a / b), of a quotient in float64
 *   floorMod(a, b) = r, or r + b where r is not 0 and has not the sign of b; r = fmod(a, b), the exact remainder of the
 *                    division that rounds towards zero
 *
 * fmod works on the mantissas as integers, eight bits of the quotient at a time.
 * Source: TFLite reference kernels `FloorDiv` and `FloorMod`; fmod as C defines it.
 */

/** floor(a / b). */
export function floorDiv(a: f32, b: f32): f32 {
  const quotient = <f32>floor(<f64>a / <f64>b);
  return quotient == quotient ? quotient : <f32>NaN;
}

/** The remainder of a / b with the sign of b, where it is not 0. */
export function floorMod(a: f32, b: f32): f32 {
  const r = fmod(a, b);
  return (r < 0 && b > 0) || (r > 0 && b < 0) ? r + b : r;
}

/** The exponent of a finite number's last bit, by its bits: 1 for subnormal numbers and the smallest normal ones. */
// @ts-ignore: decorator
@inline
function exponentOf(bits: u32): i32 {
  return max(bits >> 23, 1);
}

/** The integer that times two to the power of `exponentOf` is the number. */
// @ts-ignore: decorator
@inline
function mantissaOf(bits: u32): u32 {
  return bits >> 23 ? (bits & 0x7fffff) | 0x800000 : bits;
}

/** The remainder of a / b rounded towards zero: exact, with the sign of a. */
export function fmod(a: f32, b: f32): f32 {
  const dividend = abs(a), divisor = abs(b);
  if (!(dividend < <f32>Infinity && divisor > 0)) return NaN;
  if (dividend < divisor) return a;

  const dividendBits = reinterpret<u32>(dividend), divisorBits = reinterpret<u32>(divisor);
  const exponent = exponentOf(divisorBits), m = mantissaOf(divisorBits);
  let shift = exponentOf(dividendBits) - exponent;
  let rest = mantissaOf(dividendBits) % m;
  for (; shift > 8; shift -= 8) rest = (rest << 8) % m;
  rest = (rest << shift) % m;
  return copysign<f32>(<f32>rest * powerOfTwo(exponent), a);
}

/** 2^(exponent - 150), which is subnormal for exponents below 24. */
// @ts-ignore: decorator
@inline
function powerOfTwo(exponent: i32): f32 {
  return reinterpret<f32>(exponent > 23 ? (exponent - 23) << 23 : 1 << (exponent - 1));
}
