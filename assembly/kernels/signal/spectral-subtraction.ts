/**
 * Spectral subtraction: channels without the noise that is estimated in them, uint32.
 *
 * input    [channels] uint32
 * output   [channels] uint32; may be the input's memory
 * noise    [channels] uint32: the estimate, once more
 * estimate [channels] uint32, the variable
 *
 *   signal      = input[i] << smoothingBits, in 32 bits
 *   estimate[i] = (signal * smoothing + estimate[i] * (1 - smoothing)) >> bits, in 32 bits; of odd channels with the
 *                 alternate factors
 *   subtracted  = (signal - min(estimate[i], signal)) >> smoothingBits
 *   output[i]   = max(subtracted, (input[i] * minSignalRemaining) >> bits); estimate[i] is at most signal if clamping
 *
 * Accumulator: uint64, modulo 2^64.
 * Source: TensorFlow Lite Micro's signal library, `FilterbankSpectralSubtraction`.
 */
import { readParameters } from "../../host-imports/weights";
import { SpectralSubtractionParameters } from "../../parameters";

export function spectralSubtractionUint32(parameters: i32, to: usize): void {
  const given = readParameters<SpectralSubtractionParameters>(parameters, to);
  const input = given.input, output = given.output, noise = given.noise, estimates = given.estimate;
  const smoothingBits = given.smoothingBits, bits = <u64>given.bits, clamping = given.clamping;
  const minSignalRemaining = <u64><u32>given.minSignalRemaining, bytes = given.channels << 2;
  let smoothing = <u64><u32>given.smoothing, rest = <u64><u32>given.oneMinusSmoothing;
  let nextSmoothing = <u64><u32>given.alternateSmoothing, nextRest = <u64><u32>given.alternateOneMinusSmoothing;
  for (let at = 0; at < bytes; at += 4) {
    const value = load<u32>(input + at);
    const signal = value << smoothingBits;
    let estimate = <u32>((<u64>signal * smoothing + <u64>load<u32>(estimates + at) * rest) >> bits);
    const subtracted = (signal - min(estimate, signal)) >> smoothingBits;
    if (clamping) estimate = min(estimate, signal);
    store<u32>(estimates + at, estimate);
    store<u32>(noise + at, estimate);
    store<u32>(output + at, max(subtracted, <u32>((<u64>value * minSignalRemaining) >> bits)));
    const turn = smoothing, turnRest = rest;
    smoothing = nextSmoothing;
    rest = nextRest;
    nextSmoothing = turn;
    nextRest = turnRest;
  }
}
