/**
 * Padding with a constant, up to five axes, of any dtype.
 *
 * input  [shape]
 * output [shape, each axis longer by what is put before and after it], of the input's dtype, scale and zero point
 *
 *   output[i] = input[i - before] where that lies inside the input, else value
 *
 * The host joins neighbouring axes that are not padded into runs of `run` bytes, in four loops. A gap is what lies in
 * the output between two bodies of that loop, over the gaps within. No accumulator.
 * Source: TFLite reference kernel `reference_ops::Pad`.
 */
import { readParameters } from "../../host-imports/weights";
import { PadParameters, PadWideParameters } from "../../parameters";

/** Values that are one byte, repeated: int8, and zeros. */
export function pad(parameters: i32, to: usize): void {
  const given = readParameters<PadParameters>(parameters, to);
  const output = given.output;
  memory.fill(output, <u8>given.value, given.outputBytes);
  copyInside<PadParameters>(given, output + given.start);
}

/** Values of 2, 4 or 8 bytes, given as 8. */
export function padWide(parameters: i32, to: usize): void {
  const given = readParameters<PadWideParameters>(parameters, to);
  let value = (<u64>given.value & 0xffffffff) | (<u64>given.high << 32);
  for (let output = given.output, end = output + given.outputBytes; output < end; output += 2) {
    store<u16>(output, value);
    value = rotr(value, 16);
  }
  copyInside<PadWideParameters>(given, given.output + given.start);
}

// @ts-ignore: decorator
@inline
function copyInside<P>(given: P, output: usize): void {
  const run = given.run, count0 = given.count0, count1 = given.count1, count2 = given.count2, count3 = given.count3;
  const gap0 = given.gap0, gap1 = given.gap1, gap2 = given.gap2, gap3 = given.gap3;
  let input = given.input;
  for (let i = 0; i < count0; i++, output += gap0) {
    for (let j = 0; j < count1; j++, output += gap1) {
      for (let k = 0; k < count2; k++, output += gap2) {
        for (let l = 0; l < count3; l++, input += run, output += run + gap3) memory.copy(output, input, run);
      }
    }
  }
}
