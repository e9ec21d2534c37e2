/**
 * A filter bank: sums over bands that overlap, uint32 to uint64.
 *
 * input  [bins] uint32
 * output [channels - 1] uint64
 * bands  `channels` of them at `weights` in the weights section, each: int32 bytes of the input before its first bin,
 *        int32 bins, and for each bin int16 weight and int16 unweight
 *
 *   output[c - 1] = sum over bins of band c of weight * input, and over those of band c - 1 of unweight * input
 *
 * Accumulator: uint64, modulo 2^64.
 *
 * scratch: 8 + 4 * the most bins of a band bytes.
 * Source: TensorFlow Lite Micro's signal library, `FilterbankAccumulateChannels`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { FilterBankParameters } from "../../parameters";

export function filterBankUint32(parameters: i32, to: usize): void {
  const given = readParameters<FilterBankParameters>(parameters, to);
  const input = given.input, scratch = given.scratch, channels = given.channels;
  let output = given.output, weights = given.weights;
  let kept: u64 = 0;
  for (let channel = 0; channel < channels; channel++) {
    readWeights(scratch, weights, 8);
    let from = input + load<u32>(scratch);
    const bytes = load<i32>(scratch, 4) << 2;
    readWeights(scratch, weights + 8, bytes);
    weights += 8 + bytes;
    let sum = kept;
    kept = 0;
    for (let w = scratch, end = scratch + bytes; w < end; w += 4, from += 4) {
      const energy = <u64>load<u32>(from);
      sum += <u64>load<i16>(w) * energy;
      kept += <u64>load<i16>(w, 2) * energy;
    }
    if (channel > 0) {
      store<u64>(output, sum);
      output += 8;
    }
  }
}
