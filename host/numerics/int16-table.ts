import { type IntegerParameters, roundHalfAway } from "./requantization.js";

/** Entries of a table of a function of int16, one more than its steps of 128. */
export const int16TableEntries = 513;

/**
 * Table of a function of int16 that is looked up with linear interpolation: int16 over 512 steps of its range, each moved
 * by half the error that interpolation has in the middle of the step. All arithmetic in float32. Where the function has no
 * value, the least output.
 *
 * @param real the function
 * @param from least argument, that of -32768
 * @param to largest argument
 * @param outputRange largest real output less the least
 *
 * Source: TFLite's `LUTPopulate` for int16.
 */
export function int16Table(
  real: (value: number) => number,
  from: number,
  to: number,
  outputRange: number,
): Int16Array {
  const float = Math.fround;
  const steps = int16TableEntries - 1;
  const step = float(float(to - from) / steps);
  const half = float(step / 2);
  const inverse = float(65536 / outputRange);
  const at = (value: number): number => float(float(real(value)) * inverse);
  const limit = (value: number): number =>
    Number.isNaN(value) ? -32768 : Math.min(32767, Math.max(-32768, value));
  const table = new Int16Array(int16TableEntries);
  for (let i = 0; i < steps; i++) {
    const start = float(from + float(i * step));
    const next = float(from + float((i + 1) * step));
    const value = roundHalfAway(at(start));
    const interpolated = roundHalfAway(float(float(at(next) + value) / 2));
    const error = interpolated - roundHalfAway(at(float(start + half)));
    table[i] = limit(value - roundHalfAway(error / 2));
  }
  table[steps] = limit(roundHalfAway(at(to)));
  return table;
}

/** The same of a function between quantized tensors. */
export function quantizedInt16Table(
  real: (value: number) => number,
  input: IntegerParameters,
  output: IntegerParameters,
): Int16Array {
  const ends = ({ scale, zeroPoint, low, high }: IntegerParameters): [number, number] => [
    Math.fround(scale * (low - zeroPoint)),
    Math.fround(scale * (high - zeroPoint)),
  ];
  const [least, most] = ends(output);
  return int16Table(real, ...ends(input), Math.fround(most - least));
}
