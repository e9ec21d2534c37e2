/**
 * A part of a tensor replaced, at an index that is computed.
 *
 * input  [shape] of any dtype
 * update [no longer in any axis] of the same dtype
 * starts [axes] int32 or int64
 * output [shape]; may be the input's memory, and overlaps nothing else
 *
 *   output = input, then output[start + i] = update[i], start = clamp(starts, 0, length of the input - of the update)
 *
 * No accumulator.
 * Source: TFLite Micro's kernel `dynamic_update_slice`.
 */
import { readParameters } from "../../host-imports/weights";
import { nextStep } from "../../math/loops";
import { UpdateSliceParameters } from "../../parameters";

export function updateSlice(parameters: i32, to: usize): void {
  const given = readParameters<UpdateSliceParameters>(parameters, to);
  const rowBytes = given.rowBytes, indexBytes = given.indexBytes;
  let output = given.output, update = given.update, start = given.starts;
  if (output != given.input) memory.copy(output, given.input, given.outputBytes);
  for (let axis = to, end = to + 4 * given.axes; axis < end; axis += 4, start += indexBytes) {
    const at = indexBytes == 8 ? load<i64>(start) : <i64>load<i32>(start);
    const limit = <i64>load<i32>(axis, offsetof<UpdateSliceParameters>("limit0"));
    output += <i32>max(min(at, limit), 0) * load<i32>(axis, offsetof<UpdateSliceParameters>("stride0"));
  }
  for (let rows = given.rows;;) {
    memory.copy(output, update, rowBytes);
    if (--rows == 0) return;
    update += rowBytes;
    output += nextStep(to + offsetof<UpdateSliceParameters>("count0"));
  }
}
