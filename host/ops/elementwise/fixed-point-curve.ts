import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { fixedPointInput } from "../../numerics/fixed-point.js";
import {
  int8Parameters,
  integerParameters,
  multiplyByQuantizedMultiplier,
  roundingDivideByPowerOfTwo,
} from "../../numerics/requantization.js";
import { int8Table, onlyInput, requireParameters } from "./lookup-table.js";
import { onlyOutput, type UnaryOperator, unary } from "./unary.js";

/** A function whose int8 form TFLite's reference kernels compute in fixed point, with a fixed output range. */
interface Curve {
  name: string;
  /** Scale and zero point that the output must have. */
  output: { scale: number; zeroPoint: number };
  real: (value: number) => number;
  /** The function on a fixed-point argument with `integerBits` integer bits; the result has none. */
  fixed: (argument: number, integerBits: number) => number;
  /** Bits between the fixed-point result and the output's scale. */
  resultShift: number;
  /** Largest power of two of an int16 input's scale, over 1 / 4096, that is brought to the table's steps exactly. */
  powers: number;
}

/** Integer bits of the function's fixed-point argument in TFLite's reference kernels. */
const integerBits = 4;

function tableOf(curve: Curve, node: BoundNode): Uint8Array {
  const { scale, zeroPoint } = int8Parameters(onlyInput(node));
  const { multiplier, shift, radius } = fixedPointInput(scale, integerBits);
  return int8Table((q) => {
    const value = q - zeroPoint;
    if (value <= -radius) return -128;
    if (value >= radius) return 127;
    const argument = multiplyByQuantizedMultiplier(value, { multiplier, shift });
    const result = roundingDivideByPowerOfTwo(curve.fixed(argument, integerBits), curve.resultShift);
    return result + curve.output.zeroPoint;
  });
}

/** What brings an int16 to steps of the table of the logistic function: a factor, and a right shift after it. */
export interface CurveSteps {
  multiplier: number;
  shift: number;
}

/** The steps of the table, one of which is 1 / 24 for every 512 that an input is brought to. */
const stepsOfOne = 3 * 4096;

/** The nearest whole power of two of a scale that is one but for rounding, else undefined. */
function wholeLog2(scale: number): number | undefined {
  const log = Math.log2(scale);
  return Math.abs(log - Math.round(log)) < 1e-3 ? Math.round(log) : undefined;
}

/**
 * Constants of the int16 kernel: scales of a power of two times 1 / 4096, up to `powers` of them, are brought to the
 * table's steps exactly, others by a factor of 15 bits.
 *
 * @throws NotRunnable where the input's scale is too large, or tensors have zero points, or the output's scale is not
 * 1/32768
 */
export function curveSteps(node: BoundNode, powers: number): CurveSteps {
  const [input, output] = [integerParameters(onlyInput(node)), integerParameters(onlyOutput(node))];
  requireThat(
    input.zeroPoint === 0 && output.zeroPoint === 0,
    `zero points of int16 are ${input.zeroPoint} and ${output.zeroPoint}; 0 is expected`,
  );
  requireThat(
    wholeLog2(output.scale) === -15,
    `output has scale ${output.scale}; ${1 / 32768} is expected of int16`,
  );
  const power = wholeLog2(input.scale * 4096);
  if (power !== undefined && power >= 0 && power <= powers) return { multiplier: 3 * 2 ** power, shift: 0 };
  let multiplier = input.scale * stepsOfOne;
  let shift = 0;
  for (; multiplier <= 32767 / 2 && shift <= 30; shift++) multiplier *= 2;
  requireThat(
    multiplier <= 32767,
    `a step of ${input.scale} in the input is too large; less than ${32767 / stepsOfOne} is expected`,
  );
  return { multiplier: Math.trunc(multiplier), shift };
}

/**
 * The operator of such a function, element by element: a lookup table on int8. An input at or beyond the radius of
 * the fixed-point argument gives the end of the range. `infer` refuses an input scale that is too small for TFLite's
 * kernel. Source: TFLite's reference kernels `Logistic` and `Tanh` (integer_ops), and their preparation.
 */
export function fixedPointCurve(curve: Curve): UnaryOperator {
  return unary({
    name: curve.name,
    real: curve.real,
    quantization: { output: curve.output },
    table(node) {
      requireParameters(node.outputs[0], curve.output.scale, curve.output.zeroPoint);
      return tableOf(curve, node);
    },
    checkInt16: (node) => curveSteps(node, curve.powers),
  });
}
