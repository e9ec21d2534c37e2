import type { BoundNode } from "../../graph/node.js";
import { fixedPointInput } from "../../numerics/fixed-point.js";
import {
  int8Parameters,
  multiplyByQuantizedMultiplier,
  roundingDivideByPowerOfTwo,
} from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import { inferElementwise, int8Table, onlyInput, requireParameters } from "./lookup-table.js";

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

/**
 * The operator of such a function, element by element: a lookup table on int8. An input at or beyond the radius of
 * the fixed-point argument gives the end of the range. `infer` refuses an input scale that is too small for TFLite's
 * kernel. Source: TFLite's reference kernels `Logistic` and `Tanh` (integer_ops).
 */
export function fixedPointCurve(curve: Curve): Operator {
  return {
    name: curve.name,
    quantization: { output: curve.output },
    infer(node) {
      const types = inferElementwise(node);
      const input = onlyInput(node);
      if (input.dtype === "int8") {
        requireParameters(node.outputs[0], curve.output.scale, curve.output.zeroPoint);
        fixedPointInput(int8Parameters(input).scale, integerBits);
      }
      return types;
    },
    macs: () => 0,
    byteTable: (node) => (onlyInput(node).dtype === "int8" ? tableOf(curve, node) : undefined),
    reference: (_, [input]) => [(input as Float32Array).map(curve.real)],
  };
}
