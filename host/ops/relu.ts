import type { BoundNode, FusedActivation } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import {
  byteRescale,
  byteTable,
  emitLookupTable,
  inferElementwise,
  lookupTableScratchBytes,
  onlyInput,
} from "./lookup-table.js";
import type { Operator } from "./operator.js";
import { applyActivation, int8ActivationRange, int8Parameters } from "./requantization.js";

/** A rectifier: TFLite's reference kernel `ReluX` requantizes an int8 to the output's parameters, then clamps it. */
function rectifier(name: string, builtin: string, activation: FusedActivation): Operator {
  const tableOf = (node: BoundNode): Uint8Array => {
    const input = int8Parameters(onlyInput(node));
    const output = node.outputs[0] as Tensor;
    const { scale, zeroPoint } = int8Parameters(output);
    const { low, high } = int8ActivationRange(activation, output);
    const rescale = byteRescale(input.scale / scale);
    return byteTable(true, low, high, (q) => zeroPoint + rescale(q - input.zeroPoint));
  };
  return {
    name,
    tflite: [{ builtin, optionsType: 0, maxVersion: 3, read: () => ({ attributes: {} }) }],
    quantization: { output: "calibrated" },
    infer(node) {
      const types = inferElementwise(node);
      if (types[0]?.dtype === "int8") tableOf(node);
      return types;
    },
    macs: () => 0,
    scratchBytes: () => [lookupTableScratchBytes],
    inPlace: () => [0],
    byteTable: (node) => (onlyInput(node).dtype === "int8" ? tableOf(node) : undefined),
    reference: (_, [input]) => [(input as Float32Array).map((value) => applyActivation(activation, value))],
    emit: (node, placement) => emitLookupTable(node, tableOf(node), placement),
  };
}

/** max(0, x), element by element. */
export const relu = rectifier("relu", "RELU", "relu");

/** x limited to 0..6, element by element. */
export const relu6 = rectifier("relu6", "RELU6", "relu6");

/** x limited to -1..1, element by element. */
export const reluN1To1 = rectifier("reluN1To1", "RELU_N1_TO_1", "relu-n1-to-1");
