/**
 * Frames that overlap, added: int16 and float32.
 *
 * input  [rows, frames, frameElements] T
 * output [rows, frames, hopElements] T
 * sums   [rows, frameElements] T, the variable: what earlier frames have given to elements to come
 *
 *   sums   = sums + frame; int16: limited to -2^15 .. 2^15 - 1
 *   output = the first hopElements of sums, which then move away from it, and zeros follow
 *
 * Accumulator: one sum, int32 or float32.
 * Source: TensorFlow Lite Micro's signal library, `OverlapAdd`.
 */
import { readParameters } from "../../host-imports/weights";
import { OverlapAddParameters } from "../../parameters";

export function overlapAddInt16(parameters: i32, to: usize): void {
  overlapAdd<i16>(parameters, to);
}

export function overlapAddFloat32(parameters: i32, to: usize): void {
  overlapAdd<f32>(parameters, to);
}

// @ts-ignore: decorator
@inline
function overlapAdd<T>(parameters: i32, to: usize): void {
  const given = readParameters<OverlapAddParameters>(parameters, to);
  const rows = given.rows, frames = given.frames;
  const frameBytes = given.frameElements * sizeof<T>(), hopBytes = given.hopElements * sizeof<T>();
  let input = given.input, output = given.output, sums = given.sums;
  for (let row = 0; row < rows; row++, sums += frameBytes) {
    for (let frame = 0; frame < frames; frame++, output += hopBytes) {
      for (let sum = sums, end = sums + frameBytes; sum < end; sum += sizeof<T>(), input += sizeof<T>()) {
        if (isFloat<T>()) store<T>(sum, load<T>(sum) + load<T>(input));
        else store<T>(sum, <T>min(max(<i32>load<T>(sum) + <i32>load<T>(input), -32768), 32767));
      }
      memory.copy(output, sums, hopBytes);
      memory.copy(sums, sums + hopBytes, frameBytes - hopBytes);
      memory.fill(sums + frameBytes - hopBytes, 0, hopBytes);
    }
  }
}
