import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import { byteRescale, inferElementwise, int8Table, onlyInput } from "./lookup-table.js";

/** Attributes of a leaky rectifier. */
export interface LeakyReluAttributes {
  /** Factor of negative inputs; may itself be negative or above 1. */
  alpha: number;
}

/**
 * Table of TFLite's reference kernel `QuantizeLeakyRelu`, int8: one multiplier for inputs of at least 0, one for
 * those below, both computed in float32 as TFLite prepares them.
 */
function tableOf(node: BoundNode<LeakyReluAttributes>): Uint8Array {
  const input = int8Parameters(onlyInput(node));
  const output = int8Parameters(node.outputs[0] as Tensor);
  const identity = byteRescale(Math.fround(input.scale / output.scale));
  const alpha = byteRescale(Math.fround(Math.fround(input.scale * node.attributes.alpha) / output.scale));
  return int8Table((q) => {
    const value = q - input.zeroPoint;
    return output.zeroPoint + (value >= 0 ? identity(value) : alpha(value));
  });
}

/** Leaky rectifier: x where x > 0, else alpha * x, element by element. */
export const leakyRelu: Operator<LeakyReluAttributes> = {
  name: "leakyRelu",
  quantization: { output: "calibrated" },
  infer(node) {
    const types = inferElementwise(node);
    requireThat(
      Number.isFinite(node.attributes.alpha),
      `alpha is ${node.attributes.alpha}; a finite number is expected`,
    );
    if (types[0]?.dtype === "int8") tableOf(node);
    return types;
  },
  macs: () => 0,
  byteTable: (node) => (onlyInput(node).dtype === "int8" ? tableOf(node) : undefined),
  reference(node, [input]) {
    return [(input as Float32Array).map((value) => (value > 0 ? value : value * node.attributes.alpha))];
  },
};
