import { fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import type { IntegerRule } from "./elementwise-cases.js";

/**
 * TFLite's 8-bit `a + sign * b`: both operands, 20 bits up, are rescaled to twice the larger scale, summed, and
 * rescaled to the output's.
 *
 * @param round precision of the real multipliers: the identity for double, `Math.fround` for float
 */
export function sumRule(sign: 1 | -1, round: (value: number) => number): IntegerRule {
  return (a, b, first, second, output) => {
    const twice = round(2 * Math.max(first.scale, second.scale));
    const x = rescaleFixed((a - first.zeroPoint) * 2 ** 20, fixedPoint(round(first.scale / twice)));
    const y = rescaleFixed((b - second.zeroPoint) * 2 ** 20, fixedPoint(round(second.scale / twice)));
    const real = round(twice / round(2 ** 20 * output.scale));
    return rescaleFixed(x + sign * y, fixedPoint(real)) + output.zeroPoint;
  };
}
