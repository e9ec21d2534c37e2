/**
 * Functions of int16 by a table with straight lines between its entries.
 *
 * input, output [elements] int16; the output may be the input's memory
 *
 * logistic and tanh, by one table of the logistic function: s(i) = 65536 * logistic(i / 24), i = 0..255, uint16
 *   x = (input * multiplier + 2^(shift - 1)) >> shift     in steps of 1 / 12288
 *   logistic: s between entries |x| / 512 and the next; tanh, which is 2 * logistic(2 x) - 1: |x| / 256
 *   output: the value as a fraction of 15 bits, by its symmetry where x < 0
 *
 * any other function, by a table t of 513 int16: output = t[i] + ((t[i + 1] - t[i]) * (input mod 128) + 64) >> 7,
 * i = 256 + input / 128 rounded down
 *
 * Accumulator: int32. scratch: the table's bytes, over the block.
 * Source: TFLite reference kernels `Logistic` and `Tanh` (integer_ops), `LUTLookup`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { CurveParameters } from "../../parameters";

/** Bits between the table's steps: of the logistic function, and of the hyperbolic tangent. */
type LogisticSteps = u16;
type TanhSteps = u8;

export function logisticInt16(parameters: i32, to: usize): void {
  sigmoid<LogisticSteps>(parameters, to);
}

export function tanhInt16(parameters: i32, to: usize): void {
  sigmoid<TanhSteps>(parameters, to);
}

export function interpolateInt16(parameters: i32, to: usize): void {
  const given = readParameters<CurveParameters>(parameters, to);
  const table = given.scratch;
  let input = given.input, output = given.output;
  const end = output + (given.elements << 1);
  readWeights(table, given.weights, 513 << 1);
  for (; output < end; output += 2, input += 2) {
    const x = <i32>load<i16>(input);
    const entry = table + ((256 + (x >> 7)) << 1);
    const base = <i32>load<i16>(entry), slope = <i32>load<i16>(entry, 2) - base;
    store<i16>(output, base + ((slope * (x & 127) + 64) >> 7));
  }
}

/** Integer bits that a step of the table is worth. */
// @ts-ignore: decorator
@inline
function stepBits<Steps>(): i32 {
  return sizeof<Steps>() == sizeof<LogisticSteps>() ? 9 : 8;
}

// @ts-ignore: decorator
@inline
function sigmoid<Steps>(parameters: i32, to: usize): void {
  const given = readParameters<CurveParameters>(parameters, to);
  const table = given.scratch, multiplier = given.multiplier, shift = given.shift;
  let input = given.input, output = given.output;
  const end = output + (given.elements << 1), rounding = shift > 0 ? 1 << (shift - 1) : 0;
  readWeights(table, given.weights, 256 << 1);
  for (; output < end; output += 2, input += 2) {
    const x = (<i32>load<i16>(input) * multiplier + rounding) >> shift;
    const magnitude = between<Steps>(table, abs(x));
    store<i16>(output, stepBits<Steps>() == 9 ? logisticOf(magnitude, x) : tanhOf(magnitude, x));
  }
}

/** The table's value at a number of at least 0, with `stepBits` more bits. */
// @ts-ignore: decorator
@inline
function between<Steps>(table: usize, x: i32): i32 {
  const step = x >> stepBits<Steps>();
  if (<u32>step >= 255) return stepBits<Steps>() == 9 ? 0x7fff << 10 : 0xffff << 8;
  const entry = table + (step << 1);
  const base = <i32>load<u16>(entry), slope = <i32>load<u16>(entry, 2) - base;
  return (base << stepBits<Steps>()) + (x & ((1 << stepBits<Steps>()) - 1)) * slope;
}

// @ts-ignore: decorator
@inline
function logisticOf(magnitude: i32, x: i32): i32 {
  return (x >= 0 ? magnitude + (1 << 9) : (1 << 25) - magnitude + (1 << 9) - 1) >> 10;
}

// @ts-ignore: decorator
@inline
function tanhOf(magnitude: i32, x: i32): i32 {
  const doubled = magnitude - (1 << 23);
  return (x >= 0 ? doubled + (1 << 7) : -doubled + (1 << 7) - 1) >> 8;
}
