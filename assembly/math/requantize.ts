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
import { roundedOnce } from "../parameters";
import { is } from "./kinds";

/**
 * How the channels of a kernel are requantized: shifted to the right, shifted either way, or rounded once, as ONNX has it.
 * AssemblyScript's compile-time parameters are types: a kernel holds no code for other channels than its own, and the host takes
 * that which a model needs.
 */
export type ShiftRight = bool;
export type ShiftEitherWay = i32;
export type Once = i64;

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

/**
 * a * multiplier / 2^(31 + shift), rounded once, halves up. `shift` >= -30, `roundedOnce` added or not: shifts of 64 bits are
 * taken modulo it.
 */
// @ts-ignore: decorator
@inline
export function requantizeOnce(a: i32, multiplier: i64, shift: i32): i32 {
  return <i32>((<i64>a * multiplier + (<i64>1 << <i64>(30 + shift))) >> <i64>(31 + shift));
}

/** As `requantizeOnce` where the shift has `roundedOnce` added, else as `requantize`. */
// @ts-ignore: decorator
@inline
export function requantizeAny(a: i32, multiplier: i64, shift: i32): i32 {
  return shift >= roundedOnce / 2 ? requantizeOnce(a, multiplier, shift) : requantize(a, multiplier, shift);
}

/** As `requantize` for channels of these shifts: the code for others is there only where they may be. */
// @ts-ignore: decorator
@inline
export function requantizeBy<Shift>(a: i32, multiplier: i64, shift: i32): i32 {
  if (is<Shift, Once>()) return requantizeOnce(a, multiplier, shift);
  if (is<Shift, ShiftEitherWay>()) return requantize(a, multiplier, shift);
  return requantizeRight(<i64>a, multiplier, <i64>shift);
}

/**
 * a * multiplier / 2^(31 + shift), rounded once, halves to the even number: as ONNX's QuantizeLinear rounds, of which TFLite's
 * two roundings differ by one now and then. `shift` > -30.
 */
// @ts-ignore: decorator
@inline
export function requantizeEven(a: i32, multiplier: i64, shift: i32): i32 {
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
function storeSums(
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

/** As `storeSums` where sums are shifted left by `left` >= 0 bits, and rounded by the multiplication only. */
// @ts-ignore: decorator
@inline
function storeSumsLeft(
  sums: usize, end: usize, output: usize, stride: usize,
  bias: i32, multiplier: i64, left: i32, zeroPoint: i32, low: i32, high: i32,
): void {
  do {
    const sum: i32 = (load<i32>(sums) + bias) << left;
    store<i8>(output, min(max(<i32>((<i64>sum * multiplier + 0x40000000) >> 31) + zeroPoint, low), high));
    output += stride;
    sums += 4;
  } while (sums < end);
}

/** As `storeSums` where sums are rounded once: shifted by `bits`, of which `half` is half of the lowest that is left. */
// @ts-ignore: decorator
@inline
function storeSumsOnce(
  sums: usize, end: usize, output: usize, stride: usize,
  bias: i32, multiplier: i64, bits: i64, half: i64, zeroPoint: i32, low: i32, high: i32,
): void {
  do {
    const sum: i32 = load<i32>(sums) + bias;
    store<i8>(output, min(max(<i32>((<i64>sum * multiplier + half) >> bits) + zeroPoint, low), high));
    output += stride;
    sums += 4;
  } while (sums < end);
}

/** The shift to the right of a channel's products, and what is added before it. */
// @ts-ignore: decorator
@inline
export function bitsOf<Shift>(shift: i32): i64 {
  return <i64>(is<Shift, Once>() ? (31 + shift) & 63 : shift);
}

// @ts-ignore: decorator
@inline
export function offsetOf<Shift>(bits: i64, zeroPoint: i32): i64 {
  return is<Shift, Once>() ? <i64>1 << (bits - 1) : roundingOffset(bits, zeroPoint);
}

/** As `storeSums` for a channel of these shifts, with its `bitsOf` and `offsetOf`. */
// @ts-ignore: decorator
@inline
export function storeSumsBy<Shift>(
  sums: usize, end: usize, output: usize, stride: usize,
  bias: i32, multiplier: i64, bits: i64, offset: i64, zeroPoint: i32, low: i32, high: i32,
): void {
  if (is<Shift, Once>()) storeSumsOnce(sums, end, output, stride, bias, multiplier, bits, offset, zeroPoint, low, high);
  else if (!is<Shift, ShiftEitherWay>() || bits > 0) storeSums(sums, end, output, stride, bias, multiplier, bits, offset, low, high);
  else storeSumsLeft(sums, end, output, stride, bias, multiplier, <i32>-bits, zeroPoint, low, high);
}

/** As `requantize`, in a function of its own: for kernels that are to be small. */
export function rescale(a: i32, multiplier: i32, shift: i32): i32 {
  return requantize(a, <i64>multiplier, shift);
}
