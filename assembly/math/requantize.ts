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

/**
 * Which way the channels of a kernel shift. AssemblyScript's compile-time parameters are types: a kernel of `ShiftRight`
 * holds no code for other shifts, and the host takes it where a model needs none.
 */
export type ShiftRight = bool;
export type ShiftEitherWay = i32;

/** Whether a kernel's shifts may be to the left, or 0. */
// @ts-ignore: decorator
@inline
export function eitherWay<Shift>(): bool {
  return sizeof<Shift>() == sizeof<ShiftEitherWay>();
}

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

/** As `requantize` for channels of these shifts: the code for shifts to the left is there only where they may be. */
// @ts-ignore: decorator
@inline
export function requantizeBy<Shift>(a: i32, multiplier: i64, shift: i32): i32 {
  if (eitherWay<Shift>()) return requantize(a, multiplier, shift);
  return requantizeRight(<i64>a, multiplier, <i64>shift);
}

/**
 * a * multiplier / 2^(31 + shift), rounded once, halves to the even number: as ONNX's QuantizeLinear rounds, of which TFLite's
 * two roundings differ by one now and then. `shift` > -30.
 */
// @ts-ignore: decorator
@inline
export function requantizeOnce(a: i32, multiplier: i64, shift: i32): i32 {
  const product = <i64>a * multiplier, bits = <i64>(31 + shift);
  const half = <i64>1 << (bits - 1);
  const nearest = (product + half) >> bits;
  const isHalf = (product & ((<i64>1 << bits) - 1)) == half;
  return <i32>(isHalf ? nearest & ~1 : nearest);
}

/**
 * Requantizes a sum of S: of int32 as `requantize`; of int64 by a multiplier of 16 bits, halves up, `shift` >= 1:
 * floor(sum * multiplier / 2^shift + 1/2), as TFLite's `MultiplyByQuantizedMultiplier` of int64.
 */
// @ts-ignore: decorator
@inline
export function requantizeSum<S>(sum: S, multiplier: i64, shift: i32): i32 {
  if (sizeof<S>() == 4) return requantize(<i32>sum, multiplier, shift);
  return <i32>((<i64>sum * multiplier + ((<i64>1 << <i64>shift) >> 1)) >> <i64>shift);
}

/** Limits a value to low..high. One comparison where it lies inside, which is the common case. */
// @ts-ignore: decorator
@inline
export function clamp(value: i32, low: i32, high: i32): i32 {
  if (<u32>(value - low) > <u32>(high - low)) return value < low ? low : high;
  return value;
}

/** Rounding of a right shift, with the zero point that is added after it. */
// @ts-ignore: decorator
@inline
export function roundingOffset(right: i64, zeroPoint: i64): i64 {
  return ((<i64>1 << right) >> 1) + (zeroPoint << right);
}

/**
 * Requantizes the int32 sums from `sums` to `end`, at least one, and stores them as int8 at `output` and `stride` bytes
 * on from one to the next: bias and zero point added, limited to low..high. `right` >= 1 is the shift, `offset` its
 * `roundingOffset`.
 */
// @ts-ignore: decorator
@inline
export function storeSums(
  sums: usize, end: usize, output: usize, stride: usize,
  bias: i32, multiplier: i64, right: i64, offset: i64, low: i32, high: i32,
): void {
  do {
    const sum: i32 = load<i32>(sums) + bias;
    const t = (<i64>sum * multiplier + 0x40000000) >> 31;
    store<i8>(output, min(max(<i32>((t + (t >> 63) + offset) >> right), low), high));
    output += stride;
    sums += 4;
  } while (sums < end);
}

/** As `storeSums` where `shift` <= 0 shifts left. */
export function storeSumsLeft(
  sums: usize, end: usize, output: usize, stride: usize,
  bias: i32, multiplier: i64, shift: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  do {
    store<i8>(output, clamp(requantize(load<i32>(sums) + bias, multiplier, shift) + zeroPoint, low, high));
    output += stride;
    sums += 4;
  } while (sums < end);
}

/** As `requantize`, in a function of its own: for kernels that are to be small. */
export function rescale(a: i32, multiplier: i32, shift: i32): i32 {
  return requantize(a, <i64>multiplier, shift);
}
