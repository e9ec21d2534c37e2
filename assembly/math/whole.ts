/**
 * Division and powers of whole numbers, int32 or int64, that wrap. Division by 0 gives 0, and takes nothing off a
 * remainder.
 */

/** a / b towards zero; of int32 by way of int64, which holds the least number's quotient by -1. */
export function wholeQuotient<T>(a: T, b: T): T {
  if (sizeof<T>() == 4) return b == 0 ? 0 as T : <T>(<i64>a / <i64>b);
  if (b == 0) return 0 as T;
  return (b == -1 ? 0 - a : a / b) as T;
}

/** a / b rounded down. */
export function flooredQuotient<T>(a: T, b: T): T {
  const q = wholeQuotient<T>(a, b);
  return (q - <T>i32(q * b != a && (a ^ b) < 0 && b != 0)) as T;
}

/** a to the power of b; of a negative b the whole part: 0 unless a is 1 or -1. */
export function wholePower<T>(a: T, b: T): T {
  if (b < 0) {
    if (a == 1) return 1 as T;
    return (a == -1 ? 1 - ((b & 1) << 1) : 0) as T;
  }
  let power: T = 1 as T;
  for (; b > 0; b >>= 1 as T) {
    if (b & 1) power = (power * a) as T;
    a = (a * a) as T;
  }
  return power;
}
