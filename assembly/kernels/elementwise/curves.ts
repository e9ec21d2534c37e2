/**
 * Functions of int16 by a table with straight lines between its entries.
 *
 * input, output [elements] int16; the output may be the input's memory
 *
 * logistic and tanh, by the one table of math/sigmoid-table.ts: of x = (input * multiplier + 2^(shift - 1)) >> shift
 * any other function, by its table: math/int16-table.ts
 *
 * Accumulator: int32. scratch: the table's bytes, over the block.
 * Source: TFLite reference kernels `Logistic` and `Tanh` (integer_ops).
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { interpolate, int16TableBytes } from "../../math/int16-table";
import { is } from "../../math/kinds";
import { logisticOfTable, sigmoidTableBytes, tanhOfTable } from "../../math/sigmoid-table";
import { CurveParameters } from "../../parameters";

/** Functions by the table of the logistic one. */
type Logistic = u16;
type Tanh = u8;

export function logisticInt16(parameters: i32, to: usize): void {
  sigmoid<Logistic>(parameters, to);
}

export function tanhInt16(parameters: i32, to: usize): void {
  sigmoid<Tanh>(parameters, to);
}

// @ts-ignore: decorator
@inline
function sigmoid<Function>(parameters: i32, to: usize): void {
  const given = readParameters<CurveParameters>(parameters, to);
  const table = given.scratch, multiplier = given.multiplier, shift = given.shift;
  let input = given.input, output = given.output;
  const end = output + (given.elements << 1), rounding = shift > 0 ? 1 << (shift - 1) : 0;
  readWeights(table, given.weights, sigmoidTableBytes);
  for (; output < end; output += 2, input += 2) {
    const x = (<i32>load<i16>(input) * multiplier + rounding) >> shift;
    store<i16>(output, is<Function, Logistic>() ? logisticOfTable(table, x) : tanhOfTable(table, x));
  }
}

export function interpolateInt16(parameters: i32, to: usize): void {
  const given = readParameters<CurveParameters>(parameters, to);
  const table = given.scratch;
  let input = given.input, output = given.output;
  const end = output + (given.elements << 1);
  readWeights(table, given.weights, int16TableBytes);
  for (; output < end; output += 2, input += 2) store<i16>(output, interpolate(table, <i32>load<i16>(input)));
}
