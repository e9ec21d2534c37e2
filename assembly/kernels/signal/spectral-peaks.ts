/**
 * The highest peaks of spectra, float32.
 *
 * input  [rows, bins] float32
 * output [rows, peaks, 2] float32: frequency and height, the highest first and the lowest frequency of equal ones; 0 where
 *        there are no more
 *
 *   a peak is a bin k with x[k - 1] < x[k] > x[k + 1], x[k] > 0 and x[k] >= threshold; its frequency is k * resolution
 *
 * No accumulator.
 * Source: Edge Impulse's spectral analysis block, of which such peaks are features.
 */
import { readParameters } from "../../host-imports/weights";
import { SpectralPeaksParameters } from "../../parameters";

export function spectralPeaksFloat32(parameters: i32, to: usize): void {
  const given = readParameters<SpectralPeaksParameters>(parameters, to);
  const rows = given.rows, bins = given.bins, peakBytes = given.peaks << 3;
  const threshold = given.threshold, resolution = given.resolution;
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++, input += bins << 2, output += peakBytes) {
    memory.fill(output, 0, peakBytes);
    const last = output + peakBytes - 8;
    for (let bin = 1; bin < bins - 1; bin++) {
      const at = input + (bin << 2);
      const height = load<f32>(at);
      if (!(height > load<f32>(at - 4) && height > load<f32>(at, 4) && height >= threshold)) continue;
      if (!(height > load<f32>(last, 4))) continue;
      let place = last;
      for (; place > output && height > load<f32>(place - 4); place -= 8) store<u64>(place, load<u64>(place - 8));
      store<f32>(place, <f32>bin * resolution);
      store<f32>(place, height, 4);
    }
  }
}
