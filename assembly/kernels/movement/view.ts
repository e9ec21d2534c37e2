/**
 * A strided walk over a tensor: transposition, slices, tiles, reversals.
 *
 * input  any shape and dtype
 * output as many elements as the walk has, one after another
 *
 *   output[i] = input[offset + sum of index[k] * stride[k]], index counting i in the walk's loops
 *
 * The host joins neighbouring loops, and makes one unit of the elements that lie together: units of 1, 2, 4 or 8 bytes are
 * loaded and stored, others copied. The loops around runs of units count down in the block itself. The input is given from
 * the walk's first element on; the output may be its memory where every index is larger than the one before. No accumulator.
 * Source: none needed.
 */
import { readParameters } from "../../host-imports/weights";
import { nextStep } from "../../math/loops";
import { ViewParameters } from "../../parameters";

export function view(parameters: i32, to: usize): void {
  const given = readParameters<ViewParameters>(parameters, to);
  const unit = given.unit, step = given.step, innermost = to + offsetof<ViewParameters>("count0");
  const bytes = unit * given.run;
  let input = given.input, output = given.output;
  for (let runs = given.runs;;) {
    const end = output + bytes;
    if (unit == 1) {
      for (; output < end; output += 1, input += step) store<u8>(output, load<u8>(input));
    } else if (unit == 2) {
      for (; output < end; output += 2, input += step) store<u16>(output, load<u16>(input));
    } else if (unit == 4) {
      for (; output < end; output += 4, input += step) store<u32>(output, load<u32>(input));
    } else if (unit == 8) {
      for (; output < end; output += 8, input += step) store<u64>(output, load<u64>(input));
    } else {
      for (; output < end; output += unit, input += step) memory.copy(output, input, unit);
    }
    if (--runs == 0) return;
    input += nextStep(innermost);
  }
}
