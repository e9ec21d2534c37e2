/**
 * Concatenation, one input at a time: its rows are copied to their places in the output's rows.
 *
 * input  [rows, bytes] int8, in linear memory, or at `weights` in the weights section where it is constant
 * output [rows, stride] int8, from the input's first column on; the two do not overlap
 *
 *   output[row, i] = input[row, i]
 *
 * No accumulator.
 * Source: TFLite reference kernel `Concatenation`.
 */
import { readWeights } from "../host-imports/weights";

export function concatenate(input: usize, output: usize, rows: i32, bytes: i32, stride: i32): void {
  for (; rows > 0; rows--) {
    memory.copy(output, input, bytes);
    input += bytes;
    output += stride;
  }
}

export function concatenateConstant(weights: i32, output: usize, rows: i32, bytes: i32, stride: i32): void {
  for (; rows > 0; rows--) {
    readWeights(output, weights, bytes);
    weights += bytes;
    output += stride;
  }
}
