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

/**
 * Bias, requantization and activation of one output channel at three positions: stores int8 at a, b and c.
 * `constants` points to the channel's bias; its multiplier lies 16 and its shift 32 bytes on.
 */
// @ts-ignore: decorator
@inline
export function storeThree(
  constants: usize, s0: i32, s1: i32, s2: i32, a: usize, b: usize, c: usize, zeroPoint: i32, low: i32, high: i32,
): void {
  const bias = load<i32>(constants);
  const multiplier = <i64>load<i32>(constants, 16);
  const shift = load<i32>(constants, 32);
  store<i8>(a, clamp(requantize(s0 + bias, multiplier, shift) + zeroPoint, low, high));
  store<i8>(b, clamp(requantize(s1 + bias, multiplier, shift) + zeroPoint, low, high));
  store<i8>(c, clamp(requantize(s2 + bias, multiplier, shift) + zeroPoint, low, high));
}
