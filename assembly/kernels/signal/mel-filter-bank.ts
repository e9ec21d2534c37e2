/**
 * A filter bank: weighted sums over bands of spectra, float32.
 *
 * input  [rows, bins] float32
 * output [rows, channels] float32
 * bands  `channels` of them at `weights` in the weights section, each: int32 bytes of an input row before its first bin,
 *        int32 bins, and their weights, float32
 *
 *   sum[row, c]    = 0 + the sum over bins of band c of weight * input, one after the other
 *   output[row, c] = sum[row, c]                                        melFilterBank
 *                  = log(sum[row, c] + floor), or of the larger one     melLogarithms, by math/log-by-integers
 *
 * What is no number is the canonical NaN.
 *
 * scratch: 8 bytes, or 4 * the most bins of a band.
 * Source: Davis, Mermelstein, Comparison of Parametric Representations for Monosyllabic Word Recognition (1980).
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { is } from "../../math/kinds";
import { logByIntegers } from "../../math/log-by-integers";
import { MelFilterBankParameters } from "../../parameters";

export function melFilterBankFloat32(parameters: i32, to: usize): void {
  sumBands<Sums>(parameters, to);
}

export function melLogarithmsFloat32(parameters: i32, to: usize): void {
  sumBands<Logarithms>(parameters, to);
}

/** What becomes of a band's sum. */
type Sums = i32;
type Logarithms = i64;

// @ts-ignore: decorator
@inline
function sumBands<Kind>(parameters: i32, to: usize): void {
  const given = readParameters<MelFilterBankParameters>(parameters, to);
  const input = given.input, output = given.output, scratch = given.scratch;
  const rows = given.rows, rowBytes = given.bins << 2, channels = given.channels;
  const floor = given.floor, adds = given.adds;
  let weights = given.weights;
  for (let channel = 0; channel < channels; channel++) {
    readWeights(scratch, weights, 8);
    let row = input + load<u32>(scratch);
    const bytes = load<i32>(scratch, 4) << 2;
    readWeights(scratch, weights + 8, bytes);
    weights += 8 + bytes;
    let into = output + (channel << 2);
    for (let left = rows; left > 0; left--, row += rowBytes, into += channels << 2) {
      let sum: f32 = 0, from = row;
      for (let w = scratch, end = scratch + bytes; w < end; w += 4, from += 4) sum += load<f32>(w) * load<f32>(from);
      if (is<Kind, Logarithms>()) sum = logByIntegers(adds != 0 ? sum + floor : sum < floor ? floor : sum);
      store<f32>(into, canonical(sum));
    }
  }
}
