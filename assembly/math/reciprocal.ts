/**
 * Reciprocals of int32 in fixed point, by three steps of Newton's and Raphson's division:
 *
 *   reciprocal(x) = 2^31 * 2^digits / x, digits the bits of x below its first: in [2^30, 2^31]
 *
 * Source: TFLite's `GetReciprocal`, gemmlowp's `one_over_one_plus_x_for_x_in_0_1`, to the bit.
 */

/** x >= 1. */
export function reciprocal(x: i32): i32 {
  const fraction = (x << clz(x)) - 0x80000000;
  const half = <i32>((<i64>fraction + 0x80000000) >> 1);
  let y = 1515870810 + highMultiply(half, -1010580540);
  for (let step = 0; step < 3; step++) y += saturatingLeft(highMultiply(y, (1 << 29) - highMultiply(half, y)), 2);
  return saturatingLeft(y, 1);
}

/** a * b / 2^31, to nearest. */
function highMultiply(a: i32, b: i32): i32 {
  return <i32>((<i64>a * <i64>b + 0x40000000) >> 31);
}

// @ts-ignore: decorator
@inline
function saturatingLeft(value: i32, bits: i32): i32 {
  return <i32>min(max(<i64>value << bits, -0x80000000), 0x7fffffff);
}
