/**
 * Gates of recurrent layers in integers: int16, Q3.12 before their functions, Q0.15 after them.
 *
 * table: that of math/sigmoid-table
 * Source: TFLite Micro's `LstmStep`.
 */
import { clamp, requantize, requantizeRight } from "./requantize";
import { logisticOfTable, tanhOfTable } from "./sigmoid-table";

/** A value limited to int16. */
export function int16(value: i32): i32 {
  return clamp(value, i16.MIN_VALUE, i16.MAX_VALUE);
}

/**
 * A sum of int32 as a gate. Shifts to the left do not overflow: what is larger than any gate becomes the largest.
 *
 * @param shift positive: to the right; more than -31
 */
export function gateOfSum(sum: i32, multiplier: i32, shift: i32): i32 {
  if (shift > 0) return int16(requantizeRight(<i64>sum, <i64>multiplier, <i64>shift));
  const value = (<i64>sum * <i64>multiplier + (<i64>1 << <i64>(30 + shift))) >> <i64>(31 + shift);
  return <i32>min<i64>(max<i64>(value, i16.MIN_VALUE), i16.MAX_VALUE);
}

// @ts-ignore: decorator
@inline
export function logisticOfGate(table: usize, gate: i32): i32 {
  return logisticOfTable(table, gate * 3);
}

// @ts-ignore: decorator
@inline
export function tanhOfGate(table: usize, gate: i32): i32 {
  return tanhOfTable(table, gate * 3);
}

/** tanh of a cell, which a multiplier and a right shift after it bring to the table's steps. */
// @ts-ignore: decorator
@inline
export function tanhOfCell(table: usize, cell: i32, multiplier: i32, right: i32): i32 {
  return tanhOfTable(table, (cell * multiplier + ((1 << right) >> 1)) >> right);
}

/** forget * cell + input * cellGate, each requantized: by 2^-15, and by multiplier and shift. */
// @ts-ignore: decorator
@inline
export function nextCell(forget: i32, cell: i32, input: i32, cellGate: i32, multiplier: i64, shift: i32): i32 {
  const kept = int16(requantizeRight(<i64>forget * <i64>cell, 1 << 30, 14));
  return int16(kept + int16(requantize(input * cellGate, multiplier, shift)));
}

/** A product of Q0.15 and another integer in the units of the latter, halves up. */
// @ts-ignore: decorator
@inline
export function partOf(fraction: i32, value: i32): i32 {
  return (fraction * value + (1 << 14)) >> 15;
}
