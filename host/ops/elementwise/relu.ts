import type { BoundNode, FusedActivation } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { applyActivation, int8ActivationRange, int8Parameters } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import { byteRescale, byteTable, inferElementwise, onlyInput } from "./lookup-table.js";

/** Rectifiers by their operators' names, as activations that are fused. */
export const rectifiers: Readonly<Record<string, FusedActivation>> = {
  relu: "relu",
  relu6: "relu6",
  reluN1To1: "relu-n1-to-1",
};

/** A rectifier: TFLite's reference kernel `ReluX` requantizes an int8 to the output's parameters, then clamps it. */
function rectifier(name: string, activation: FusedActivation): Operator {
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
    quantization: { output: "calibrated" },
    infer(node) {
      const types = inferElementwise(node);
      if (types[0]?.dtype === "int8") tableOf(node);
      return types;
    },
    macs: () => 0,
    byteTable: (node) => (onlyInput(node).dtype === "int8" ? tableOf(node) : undefined),
    reference: (_, [input]) => [(input as Float32Array).map((value) => applyActivation(activation, value))],
  };
}

/** max(0, x), element by element. */
export const relu = rectifier("relu", "relu");

/** x limited to 0..6, element by element. */
export const relu6 = rectifier("relu6", "relu6");

/** x limited to -1..1, element by element. */
export const reluN1To1 = rectifier("reluN1To1", "relu-n1-to-1");
