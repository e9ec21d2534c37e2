/**
 * Requantization of an int32 accumulator, bit for bit as TFLite's reference kernels do it:
 * `RoundingDivideByPOT(SaturatingRoundingDoublingHighMul(a << left, multiplier), right)`.
 *
 *   t = floor((a * multiplier + 2^30) / 2^31)           rounding doubling high multiplication
 *   r = floor((t + (t < 0 ? -1 : 0) + 2^(s-1)) / 2^s)   rounding half away from zero, s = right shift >= 1
 *
 * a: int32; multiplier: int32 in [2^30, 2^31) or 0, so that a * multiplier stays below 2^62.
 * Source: TFLite's 8-bit quantization specification; gemmlowp's fixed-point arithmetic.
 */

// @ts-ignore: decorator
@inline
export function requantizeRight(a: i64, multiplier: i64, shift: i64): i32 {
  const t = (a * multiplier + 0x40000000) >> 31;
  return <i32>((t + (t >> 63) + ((<i64>1 << shift) >> 1)) >> shift);
}

/** As `requantizeRight`, for either direction: `shift` > 0 shifts right, `shift` <= 0 shifts left by `-shift`. */
// @ts-ignore: decorator
@inline
export function requantize(a: i32, multiplier: i64, shift: i32): i32 {
  if (shift > 0) return requantizeRight(<i64>a, multiplier, <i64>shift);
  return <i32>((<i64>(a << -shift) * multiplier + 0x40000000) >> 31);
}

/** Limits a value to low..high. One comparison where it lies inside, which is the common case. */
// @ts-ignore: decorator
@inline
export function clamp(value: i32, low: i32, high: i32): i32 {
  if (<u32>(value - low) > <u32>(high - low)) return value < low ? low : high;
  return value;
}

/** How far `shift` shifts left, in the form that `storeRequantized` takes: -shift where that is positive, else 0. */
// @ts-ignore: decorator
@inline
export function leftShift(shift: i32): i32 {
  return -shift & (shift >> 31);
}

/** How far `shift` shifts right, as `leftShift`. */
// @ts-ignore: decorator
@inline
export function rightShift(shift: i32): i64 {
  return <i64>(shift & ~(shift >> 31));
}

/** All ones where there is a right shift, whose rounding takes the sign of what is shifted; else 0. */
// @ts-ignore: decorator
@inline
export function roundingMask(right: i64): i64 {
  return -right >> 63;
}

/** Rounding of the right shift, with the zero point that is added after it. */
// @ts-ignore: decorator
@inline
export function roundingOffset(right: i64, zeroPoint: i64): i64 {
  return ((<i64>1 << right) >> 1) + (zeroPoint << right);
}

/**
 * Stores an accumulator as int8 at `output`: requantized in either direction without a branch, the zero point added
 * (within `offset`), limited to low..high.
 */
// @ts-ignore: decorator
@inline
export function storeRequantized(
  output: usize, sum: i32, left: i32, multiplier: i64, mask: i64, offset: i64, right: i64, low: i32, high: i32,
): void {
  const t = (<i64>(sum << left) * multiplier + 0x40000000) >> 31;
  store<i8>(output, min(max(<i32>((t + ((t >> 63) & mask) + offset) >> right), low), high));
}
