import type { LineConstants } from "../../numerics/lines.js";
import { multiplyByQuantizedMultiplier } from "../../numerics/requantization.js";
import { byteTable } from "./lookup-table.js";

/**
 * Table of a function of bytes that is two straight lines, by what kernels of more bits compute it with.
 *
 * @param signed whether the input's bytes are int8
 */
export function linesTable(lines: LineConstants, signed = true): Uint8Array {
  return byteTable(signed, lines.low, lines.high, (q) => {
    const value = q - lines.inputZeroPoint;
    const rescaled =
      value >= 0
        ? multiplyByQuantizedMultiplier(value, {
            multiplier: lines.positiveMultiplier,
            shift: -lines.positiveShift,
          })
        : lines.negativeSign *
          multiplyByQuantizedMultiplier(value, {
            multiplier: lines.negativeMultiplier,
            shift: -lines.negativeShift,
          });
    return lines.outputZeroPoint + rescaled;
  });
}
