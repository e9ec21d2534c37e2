/**
 * Logistic function and tanh of int16 by one table: s(i) = 65536 * logistic(i / 24), i = 0..255, uint16, with straight
 * lines between its entries.
 *
 * x in steps of 1 / 12288 (a Q3.12 times 3); results are Q0.15
 *   logistic: s at |x| / 512; tanh(x) = 2 * logistic(2 x) - 1: s at |x| / 256; by symmetry where x < 0
 *
 * Source: TFLite reference kernels `Logistic` and `Tanh` (integer_ops).
 */

/** Bytes of the table. */
// @ts-ignore: decorator
@inline
export const sigmoidTableBytes = 512;

/** logistic(x). */
export function logisticOfTable(table: usize, x: i32): i32 {
  const magnitude = lookUp(table, abs(x), 9, 0x7fff << 10);
  return (x >= 0 ? magnitude + (1 << 9) : (1 << 25) - magnitude + (1 << 9) - 1) >> 10;
}

/** tanh(x). */
export function tanhOfTable(table: usize, x: i32): i32 {
  const doubled = lookUp(table, abs(x), 8, 0xffff << 8) - (1 << 23);
  return (x >= 0 ? doubled + (1 << 7) : -doubled + (1 << 7) - 1) >> 8;
}

/** The table at x / 2^bits, with as many more bits; `most` beyond its end. */
function lookUp(table: usize, x: i32, bits: i32, most: i32): i32 {
  const step = x >> bits;
  if (<u32>step >= 255) return most;
  const entry = table + (step << 1);
  const base = <i32>load<u16>(entry);
  return (base << bits) + (x & ((1 << bits) - 1)) * (<i32>load<u16>(entry, 2) - base);
}
