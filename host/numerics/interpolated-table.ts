import { type IntegerParameters, roundHalfAway } from "./requantization.js";

/** Pieces of the table. */
const pieces = 512;

/**
 * Table of a function of int16 by straight lines: entry i is the function at the input -32768 + 128 i, moved by half of
 * what the line is off in the middle of its piece. All in float32, as TFLite's `LUTPopulate` for int16.
 *
 * @param real the function on real numbers; where it has no value, the least output
 * @returns 513 int16
 */
export function interpolatedTable(
  real: (value: number) => number,
  input: IntegerParameters,
  output: IntegerParameters,
): Int16Array {
  const f = Math.fround;
  const least = f(input.scale * (input.low - input.zeroPoint));
  const most = f(input.scale * (input.high - input.zeroPoint));
  const step = f(f(most - least) / pieces);
  const range = f(
    f(output.scale * (output.high - output.zeroPoint)) - f(output.scale * (output.low - output.zeroPoint)),
  );
  const perStep = f(65536 / range);
  const round = (value: number): number => roundHalfAway(f(value));
  const scaled = (value: number): number => f(f(real(f(value))) * perStep);
  const limit = (value: number): number =>
    Number.isNaN(value) ? -32768 : Math.min(32767, Math.max(-32768, value));
  const entries = Array.from({ length: pieces }, (_, i) => {
    const start = f(least + f(i * step));
    const [value, middle] = [round(scaled(start)), round(scaled(f(start + f(step / 2))))];
    const next = scaled(least + f((i + 1) * step));
    const off = round((next + value) / 2) - middle;
    return limit(value - round(off / 2));
  });
  return Int16Array.from([...entries, limit(round(scaled(most)))]);
}
