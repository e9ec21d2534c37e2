/**
 * gemmlowp's fixed-point functions. A value with m integer bits (Qm.(31-m)) is raw / 2^(31-m); a product has the integer
 * bits of both factors. Values are int32, held in i64.
 *
 * Source: gemmlowp, fixedpoint/fixedpoint.h; TFLite, kernels/internal/common.h.
 */

/** Rounding doubling high multiplication of int32 values. */
// @ts-ignore: decorator
@inline
export function highMultiply(a: i64, b: i64): i64 {
  return (a * b + 0x40000000) >> 31;
}

/** Division by 2^right of a value of any sign, halves away from zero; `right` >= 1. */
// @ts-ignore: decorator
@inline
export function divideByPower(value: i64, right: i64): i64 {
  return (value + (value >> 63) + (<i64>1 << (right - 1))) >> right;
}

/** A value limited to int32. */
// @ts-ignore: decorator
@inline
export function saturate(value: i64): i64 {
  return min(max(value, -0x80000000), 0x7fffffff);
}

/** 1 / (2 * half) without integer bits, for half in [2^30, 2^31): three steps of Newton's and Raphson's division. */
// @ts-ignore: decorator
@inline
export function reciprocal(half: i64): i64 {
  let x = 1515870810 + highMultiply(half, -1010580540);
  x += highMultiply(x, 0x20000000 - highMultiply(half, x)) << 2;
  x += highMultiply(x, 0x20000000 - highMultiply(half, x)) << 2;
  x += highMultiply(x, 0x20000000 - highMultiply(half, x)) << 2;
  return min(x << 1, 0x7fffffff);
}

/**
 * Natural logarithm of a value of 12 integer bits that is at least 1; the result has 5.
 *
 *   x = 2^k r, r near (1/2)^(1/4); log x = k log 2 + num / denom, a rational function of q = 2 (r - (1/2)^(1/4))
 */
export function logarithm(x: i64): i64 {
  const sqrtHalf: i64 = 1518500250, start: i64 = 1805811301, quarter: i64 = 1 << 23;
  const zeros = <i64>clz(<i32>x);
  const halved = highMultiply(x, sqrtHalf);
  const headroom = <i64>clz(<i32>halved) - 1;
  const r = min(
    saturate(highMultiply(x << (zeros - 1), sqrtHalf) << 1),
    saturate(x << headroom),
  );
  const power = max(((12 - zeros) << 25) + quarter, ((12 - headroom) << 25) - quarter);
  const p = (r + start + 1) >> 1;
  const q = (r - start) << 1;
  const square = highMultiply(q, q);
  const num = highMultiply(q, r) + highMultiply(highMultiply(q, square), 117049297);
  const denom = highMultiply(p, 1057819769 + q + highMultiply(127690142, square)) + highMultiply(638450708, q);
  const scaled = divideByPower(num, 6);
  const sum = highMultiply(power, 1488522236) + highMultiply(scaled, reciprocal((denom + 0x80000000) >> 1));
  return saturate(sum << 1);
}

/**
 * 1 / sqrt(x) of x >= 2 by five steps of Newton's and Raphson's iteration: the multiplier, with `inverseRootShift(x)` to
 * the right of it.
 */
export function inverseRoot(x: i32): i64 {
  while (x >= 1 << 29) x >>= 2;
  const left = ((clz(x) - 1) >> 1 << 1) - 2;
  const input = <i64>((x << left) >> 1);
  const half = (input + 1) >> 1;
  let y: i64 = 1 << 28;
  for (let step = 0; step < 5; step++) {
    const cube = saturate(highMultiply(highMultiply(y, y), y) << 6);
    y = saturate((highMultiply(0x18000000, y) - highMultiply(half, cube)) << 3);
  }
  return highMultiply(y, 1518500250);
}

/** Right shift that belongs to `inverseRoot(x)`; to the left where it is negative. */
export function inverseRootShift(x: i32): i32 {
  let shift = 12;
  for (; x >= 1 << 29; x >>= 2) shift++;
  return shift - ((clz(x) - 1) >> 1);
}
