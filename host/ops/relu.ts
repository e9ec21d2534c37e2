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
import { type Operator, require, type TfliteMapping } from "./operator.js";
import { applyActivation, int8ActivationRange, int8Parameters } from "./requantization.js";

/** Attributes of a rectifier. */
export interface ReluAttributes {
  activation: Exclude<FusedActivation, "none">;
}

/** Table of TFLite's reference kernel `ReluX`, int8: requantized to the output's parameters, then clamped. */
function tableOf(node: BoundNode<ReluAttributes>): Uint8Array {
  const input = int8Parameters(onlyInput(node));
  const output = node.outputs[0] as Tensor;
  const { scale, zeroPoint } = int8Parameters(output);
  const { low, high } = int8ActivationRange(node.attributes.activation, output);
  const rescale = byteRescale(input.scale / scale);
  return byteTable(true, low, high, (q) => zeroPoint + rescale(q - input.zeroPoint));
}

function mapping(builtin: string, activation: ReluAttributes["activation"]): TfliteMapping<ReluAttributes> {
  return { builtin, optionsType: 0, maxVersion: 3, read: () => ({ attributes: { activation } }) };
}

/** Rectifiers: max(0, x), and x limited to 0..6 or to -1..1, element by element. */
export const relu: Operator<ReluAttributes> = {
  name: "relu",
  tflite: [mapping("RELU", "relu"), mapping("RELU6", "relu6"), mapping("RELU_N1_TO_1", "relu-n1-to-1")],
  quantization: { output: "calibrated" },
  infer(node) {
    const types = inferElementwise(node);
    const kinds: readonly string[] = ["relu", "relu6", "relu-n1-to-1"];
    require(kinds.includes(
      node.attributes.activation,
    ), `activation ${node.attributes.activation} is none of ${kinds.join(", ")}`);
    if (types[0]?.dtype === "int8") tableOf(node);
    return types;
  },
  macs: () => 0,
  scratchBytes: () => [lookupTableScratchBytes],
  inPlace: () => [0],
  reference(node, [input]) {
    return [(input as Float32Array).map((value) => applyActivation(node.attributes.activation, value))];
  },
  emit: (node, placement) => emitLookupTable(node, tableOf(node), placement),
};
