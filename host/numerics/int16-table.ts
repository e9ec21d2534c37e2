import { roundHalfAway } from "./requantization.js";

/** Entries of a table of a function of int16, one more than its steps of 128. */
export const int16TableEntries = 513;

/**
 * Table of a function of int16 that is looked up with linear interpolation: int16 over 512 steps of its range, each moved
 * by half the error that interpolation has in the middle of the step. All arithmetic in float32.
 *
 * @param from least argument, that of -32768
 * @param to largest argument
 * @param outputScale real value of one step of the result
 * @param real the function
 *
 * Source: TFLite's `LUTPopulateInt16`.
 */
export function int16Table(
  from: number,
  to: number,
  outputScale: number,
  real: (value: number) => number,
): Int16Array {
  const float = Math.fround;
  const steps = int16TableEntries - 1;
  const step = float(float(to - from) / steps);
  const half = float(step / 2);
  const inverse = float(1 / outputScale);
  const at = (value: number): number => float(float(real(value)) * inverse);
  const clamp = (value: number): number => Math.min(32767, Math.max(-32768, value));
  const table = new Int16Array(int16TableEntries);
  for (let i = 0; i < steps; i++) {
    const start = float(from + float(i * step));
    const next = float(from + float((i + 1) * step));
    const value = roundHalfAway(at(start));
    const interpolated = roundHalfAway(float(float(at(next) + value) / 2));
    const error = interpolated - roundHalfAway(at(float(start + half)));
    table[i] = clamp(value - roundHalfAway(error / 2));
  }
  table[steps] = clamp(roundHalfAway(at(to)));
  return table;
}
