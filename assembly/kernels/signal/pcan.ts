/**
 * Per-channel automatic gain control with a shrinking nonlinearity, uint32.
 *
 * input  [elements] uint32
 * noise  [elements] uint32
 * output [elements] uint32; may be the input's or the noise's memory
 * gains  int16 at `weights` in the weights section: of noise 0, 1 and 2, then of each interval from 2^(b - 1) on, for
 *        b = 2 .. 32 at 4 * b - 6, the coefficients of a polynomial of second degree
 *
 *   gain      = gains[noise] for noise <= 2, else c0 + round(f * (c1 * 2^5 + ((c2 * f) >> 5)) / 2^15), in int16, for
 *               f the ten bits of noise below its highest
 *   snr       = (input[i] * gain) >> shift, in 32 bits
 *   output[i] = snr^2 / 4 for snr < 2, else snr - 1, with snr of 12 fractional bits and the output of 6
 *
 * Accumulator: int32 modulo 2^32 for the polynomial, uint64 for the product.
 *
 * scratch: `tableBytes`.
 * Source: TensorFlow Lite Micro's signal library, `ApplyPcanAutoGainControlFixed`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { PcanParameters } from "../../parameters";

export function pcanUint32(parameters: i32, to: usize): void {
  const given = readParameters<PcanParameters>(parameters, to);
  const gains = given.scratch, shift = <u64>given.shift;
  let input = given.input, noise = given.noise, output = given.output;
  const end = input + (given.elements << 2);
  readWeights(gains, given.weights, given.tableBytes);
  for (; input < end; input += 4, noise += 4, output += 4) {
    const gain = <u64><u32>gainOf(load<u32>(noise), gains);
    const snr = <u32>((<u64>load<u32>(input) * gain) >> shift);
    store<u32>(output, snr < 8192 ? (snr * snr) >> 20 : (snr >> 6) - 64);
  }
}

function gainOf(noise: u32, gains: usize): i32 {
  if (noise <= 2) return <i32>load<i16>(gains + (noise << 1));
  const bits = 32 - clz(noise);
  const entry = gains + (bits << 3) - 12;
  const fraction = <i32>((bits < 11 ? noise << (11 - bits) : noise >> (bits - 11)) & 1023);
  const slope = (<i32>load<i16>(entry, 2) << 5) + ((<i32>load<i16>(entry, 4) * fraction) >> 5);
  return <i32><i16>(((slope * fraction + 0x4000) >> 15) + <i32>load<i16>(entry));
}
