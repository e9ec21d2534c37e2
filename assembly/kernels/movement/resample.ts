/**
 * One axis resampled: each of its new indices is a weighted mean of neighbours.
 *
 * input   [outer, length, inner] int8 or float32
 * entries [indices] of: int32 byte offset of the first neighbour, then a weight for each, float32, or of int8 in 2^16ths,
 *         which sum to 1; in the weights section
 * output  [outer, indices, inner] of the input's dtype, scale and zero point; does not overlap it
 *
 *   output[o, i, j] = sum over taps of weight[i, tap] * input[o, first[i] + tap, j]
 *
 * Accumulator: float32, taps in order; int8: int32, bounded by 2^7 * 2^16 * the weights' magnitudes, at most 2^6; halves go
 * up, and what is outside of int8 to its ends.
 * Source: ONNX operator `Resize`, whose interpolations are linear in the input along each axis.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { clamp } from "../../math/requantize";
import { ResampleParameters } from "../../parameters";

export function resampleInt8(parameters: i32, to: usize): void {
  resample<i8, i32>(parameters, to);
}

export function resampleFloat32(parameters: i32, to: usize): void {
  resample<f32, f32>(parameters, to);
}

// @ts-ignore: decorator
@inline
function resample<T, W>(parameters: i32, to: usize): void {
  const given = readParameters<ResampleParameters>(parameters, to);
  const indices = given.indices, entryBytes = given.entryBytes, step = given.step, rowBytes = given.rowBytes;
  const entry = to + offsetof<ResampleParameters>(), entryEnd = entry + entryBytes;
  let input = given.input, output = given.output;
  for (let outer = given.outer; outer > 0; outer--, input += rowBytes) {
    let entries = given.entries;
    for (let i = 0; i < indices; i++, entries += entryBytes) {
      readWeights(entry, entries, entryBytes);
      let first = input + load<i32>(entry);
      for (const end = output + step; output < end; output += sizeof<T>(), first += sizeof<T>()) {
        let sum: W = isFloat<W>() ? 0 : <W>0x8000;
        for (let weight = entry + 4, from = first; weight < entryEnd; weight += 4, from += step) {
          sum += load<W>(weight) * <W>load<T>(from);
        }
        if (isFloat<W>()) store<T>(output, <T>canonical(<f32>sum));
        else store<T>(output, <T>clamp(<i32>sum >> 16, -128, 127));
      }
    }
  }
}
