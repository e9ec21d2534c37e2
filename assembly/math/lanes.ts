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

/** Packs the int8 values at a, b and c and at `step` bytes from one to the next into the i64 from `p` to `end`, at least one. */
// @ts-ignore: decorator
@inline
export function packRun(p: usize, end: usize, a: usize, b: usize, c: usize, stepA: i32, stepB: i32, stepC: i32): void {
  do {
    store<i64>(p, pack(a, b, c));
    a += stepA;
    b += stepB;
    c += stepC;
    p += 8;
  } while (p < end);
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

/** Empties lanes: adds them to the three int32 at `sums`. */
// @ts-ignore: decorator
@inline
export function addLanes(sums: usize, lanes: i64): void {
  store<i32>(sums, load<i32>(sums) + lane0(lanes));
  store<i32>(sums, load<i32>(sums, 4) + lane1(lanes), 4);
  store<i32>(sums, load<i32>(sums, 8) + lane2(lanes), 8);
}

/** Stores the lanes as three int32 at `sums`. */
// @ts-ignore: decorator
@inline
export function storeLanes(sums: usize, lanes: i64): void {
  store<i32>(sums, lane0(lanes));
  store<i32>(sums, lane1(lanes), 4);
  store<i32>(sums, lane2(lanes), 8);
}
