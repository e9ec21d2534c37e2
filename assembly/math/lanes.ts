/**
 * Three 21-bit lanes in one i64: one multiplication does three multiply-accumulates.
 *
 * A lane sum starts at 2^20 (`lanesStart`), so that lanes never borrow from each other and are read with a shift
 * and a mask. It holds sums in [-2^20, 2^20): 64 products of int8 by [-127, 127]. The host computes from the
 * actual weights how many products a lane may take before it is emptied.
 */

/** All lanes at their start. */
// @ts-ignore: decorator
@inline
export const lanesStart: i64 = (<i64>1 << 20) | (<i64>1 << 41) | (<i64>1 << 62);

/** What each lane's start adds to a sum: subtract it once for each time that lanes were emptied. */
// @ts-ignore: decorator
@inline
export const laneOffset: i32 = 1 << 20;

/** Packs three int8 values, at a, b and c. */
// @ts-ignore: decorator
@inline
export function pack(a: usize, b: usize, c: usize): i64 {
  return <i64>load<i8>(a) + (<i64>load<i8>(b) << 21) + (<i64>load<i8>(c) << 42);
}

// @ts-ignore: decorator
@inline
export function lane0(sum: i64): i32 {
  return <i32>sum & 0x1fffff;
}

// @ts-ignore: decorator
@inline
export function lane1(sum: i64): i32 {
  return <i32>(sum >> 21) & 0x1fffff;
}

// @ts-ignore: decorator
@inline
export function lane2(sum: i64): i32 {
  return <i32>(<u64>sum >> 42);
}
