/**
 * A function of int16 by a table t of 513 int16, with straight lines between its entries:
 *
 *   t[i] + ((t[i + 1] - t[i]) * (x mod 128) + 64) >> 7, i = 256 + x / 128 rounded down
 *
 * Source: TFLite's `LUTLookup`.
 */

/** Bytes of a table. */
// @ts-ignore: decorator
@inline
export const int16TableBytes = 2 * 513;

/** The function of an int16. */
// @ts-ignore: decorator
@inline
export function interpolate(table: usize, x: i32): i32 {
  const entry = table + ((256 + (x >> 7)) << 1);
  const base = <i32>load<i16>(entry), slope = <i32>load<i16>(entry, 2) - base;
  return base + ((slope * (x & 127) + 64) >> 7);
}
