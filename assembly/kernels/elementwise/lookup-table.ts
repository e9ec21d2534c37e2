/**
 * Any function of one byte, by a table that the host has computed.
 *
 * input  [elements] int8 or uint8
 * output [elements] int8 or uint8; may be the input's memory
 * table  [256] bytes at `weights` in the weights section, in the order of the unsigned input byte
 *
 *   output[i] = table[input[i] as an unsigned byte]
 *
 * No accumulator.
 *
 * scratch: 256 bytes.
 * Source: none needed; the operators that use it (logistic, tanh, relu, ...) name theirs.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { LookupTableParameters } from "../../parameters";

export function lookupTable(parameters: i32, to: usize): void {
  const given = readParameters<LookupTableParameters>(parameters, to);
  const scratch = given.scratch;
  let input = given.input, output = given.output;
  const end = input + given.elements;
  readWeights(scratch, given.weights, 256);
  for (const block = end - 3; <isize>input < <isize>block; input += 4, output += 4) {
    store<u8>(output, load<u8>(scratch + load<u8>(input)));
    store<u8>(output, load<u8>(scratch + load<u8>(input, 1)), 1);
    store<u8>(output, load<u8>(scratch + load<u8>(input, 2)), 2);
    store<u8>(output, load<u8>(scratch + load<u8>(input, 3)), 3);
  }
  for (; input < end; input++, output++) store<u8>(output, load<u8>(scratch + load<u8>(input)));
}
