import { fixedPointInput, tanhFixedPoint } from "./fixed-point.js";
import {
  emitLookupTable,
  inferElementwise,
  int8Table,
  lookupTableScratchBytes,
  onlyInput,
  requireParameters,
} from "./lookup-table.js";
import type { Operator } from "./operator.js";
import {
  int8Parameters,
  multiplyByQuantizedMultiplier,
  roundingDivideByPowerOfTwo,
} from "./requantization.js";

/** Integer bits of the function's fixed-point argument in TFLite's reference kernel. */
const integerBits = 4;

/**
 * Table of TFLite's reference kernel `Tanh`, int8: the output has scale 1/128 and zero point 0, and an input at or
 * beyond the radius of the fixed-point argument gives the end of the range.
 *
 * @throws Refused where the scale is too small for TFLite's kernel
 */
export function tanhTable(scale: number, zeroPoint: number): Uint8Array {
  const { multiplier, shift, radius } = fixedPointInput(scale, integerBits);
  return int8Table((q) => {
    const value = q - zeroPoint;
    if (value <= -radius) return -128;
    if (value >= radius) return 127;
    const argument = multiplyByQuantizedMultiplier(value, { multiplier, shift });
    return roundingDivideByPowerOfTwo(tanhFixedPoint(argument, integerBits), 24);
  });
}

/** Hyperbolic tangent, element by element. */
export const tanh: Operator = {
  name: "tanh",
  tflite: [{ builtin: "TANH", optionsType: 0, maxVersion: 3, read: () => ({ attributes: {} }) }],
  quantization: { output: { scale: 1 / 128, zeroPoint: 0 } },
  infer(node) {
    const types = inferElementwise(node);
    const input = onlyInput(node);
    if (input.dtype === "int8") {
      requireParameters(node.outputs[0], 1 / 128, 0);
      fixedPointInput(int8Parameters(input).scale, integerBits);
    }
    return types;
  },
  macs: () => 0,
  scratchBytes: () => [lookupTableScratchBytes],
  inPlace: () => [0],
  reference: (_, [input]) => [(input as Float32Array).map(Math.tanh)],
  emit(node, placement) {
    const { scale, zeroPoint } = int8Parameters(onlyInput(node));
    return emitLookupTable(node, tanhTable(scale, zeroPoint), placement);
  },
};
