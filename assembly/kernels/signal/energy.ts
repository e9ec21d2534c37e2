/**
 * Squared magnitudes of a spectrum, int16.
 *
 * input  [elements, 2] int16, real and imaginary parts
 * output [elements] uint32
 *
 *   output[i] = real^2 + imaginary^2 for start <= i < end, else 0
 *
 * Accumulator: two squares, at most 2^31.
 * Source: TensorFlow Lite Micro's signal library, `SpectrumToEnergy`, which leaves the others as they are.
 */
import { readParameters } from "../../host-imports/weights";
import { EnergyParameters } from "../../parameters";

export function energyInt16(parameters: i32, to: usize): void {
  const given = readParameters<EnergyParameters>(parameters, to);
  const output = given.output, input = given.input, start = given.start << 2, end = given.end << 2;
  memory.fill(output, 0, given.elements << 2);
  for (let at = start; at < end; at += 4) {
    const real = <i32>load<i16>(input + at), imaginary = <i32>load<i16>(input + at, 2);
    store<i32>(output + at, real * real + imaginary * imaginary);
  }
}
