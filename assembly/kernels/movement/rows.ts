/**
 * Rows of bytes to their places in another tensor: a copy, or one input of a concatenation.
 *
 * input  [rows, bytes] of any dtype, in linear memory or, where it is constant, in the weights section
 * output [rows, stride] of the same dtype, from the input's first column on; the two overlap at most within one row
 *
 *   output[row, i] = input[row, i]
 *
 * No accumulator.
 * Source: TFLite reference kernels `Concatenation` and `Reshape`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { CopyRowsParameters, ReadRowsParameters } from "../../parameters";

/** Rows of linear memory. */
export function copyRows(parameters: i32, to: usize): void {
  const given = readParameters<CopyRowsParameters>(parameters, to);
  const bytes = given.bytes, stride = given.stride;
  let input = given.input, output = given.output;
  for (let rows = given.rows; rows > 0; rows--) {
    memory.copy(output, input, bytes);
    input += bytes;
    output += stride;
  }
}

/** Rows of the weights section. */
export function readRows(parameters: i32, to: usize): void {
  const given = readParameters<ReadRowsParameters>(parameters, to);
  const bytes = given.bytes, stride = given.stride;
  let weights = given.weights, output = given.output;
  for (let rows = given.rows; rows > 0; rows--) {
    readWeights(output, weights, bytes);
    weights += bytes;
    output += stride;
  }
}
