/**
 * Samples times a window, int16.
 *
 * input  [rows, length] int16
 * output [rows, length] int16; may be the input's memory
 * window [length] int16 at `weights` in the weights section
 *
 *   output[row, i] = min(max((input[row, i] * window[i]) >> shift, -2^15), 2^15 - 1)
 *
 * Accumulator: one product, below 2^31.
 *
 * scratch: 128 bytes, for 64 values of the window at a time.
 * Source: TensorFlow Lite Micro's signal library, `ApplyWindow`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { SignalWindowParameters } from "../../parameters";

export function signalWindowInt16(parameters: i32, to: usize): void {
  const given = readParameters<SignalWindowParameters>(parameters, to);
  const rows = given.rows, bytes = given.length << 1, shift = given.shift;
  const scratch = given.scratch, weights = given.weights;
  const input = given.input, output = given.output;
  for (let done = 0; done < bytes; done += 128) {
    const count = min(bytes - done, 128);
    readWeights(scratch, weights + done, count);
    let from = input + done, into = output + done;
    for (let row = 0; row < rows; row++, from += bytes - count, into += bytes - count) {
      for (let w = scratch, end = scratch + count; w < end; w += 2, from += 2, into += 2) {
        const product = (<i32>load<i16>(from) * <i32>load<i16>(w)) >> shift;
        store<i16>(into, min(max(product, -32768), 32767));
      }
    }
  }
}
