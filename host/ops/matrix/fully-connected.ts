import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, type TensorType } from "../../graph/tensor.js";
import { applyActivation } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import { checkDepth, checkWeightedDtypes } from "../weights.js";

/** Attributes of a fully connected layer. */
export interface FullyConnectedAttributes {
  activation: FusedActivation;
  /** Whether the output keeps the input's leading axes; otherwise it is [rows, outputs]. */
  keepAxes: boolean;
}

/** Inputs above which 32-bit sums of int8 by int8 products could overflow. */
const inputLimit = 65_536;

/** Looks up and checks a layer's tensors and numbers. Throws `NotRunnable`. */
export function fullyConnectedGeometry(node: BoundNode<FullyConnectedAttributes>) {
  const [input, weights, bias] = node.inputs;
  if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
  requireThat(weights.shape.length === 2, `weights have rank ${weights.shape.length}; 2 is expected`);
  const [outputs, inputs] = weights.shape as [number, number];
  const count = elementCount(input.shape);
  requireThat(
    inputs >= 1 && count % inputs === 0,
    `input has ${count} elements, not a multiple of the weights' ${inputs}`,
  );
  requireThat(inputs <= inputLimit, `${inputs} inputs; at most ${inputLimit} are supported`);
  if (node.attributes.keepAxes) {
    requireThat(
      input.shape.at(-1) === inputs,
      `the input's last axis is ${input.shape.at(-1)}; ${inputs} is expected`,
    );
  }
  return { input, weights, bias, rows: count / inputs, inputs, outputs };
}

/** Fully connected layer: weights [outputs, inputs], optional bias, fused activation. */
export const fullyConnected: Operator<FullyConnectedAttributes> = {
  name: "fullyConnected",
  quantization: { output: "calibrated", weights: { input: 1, axis: 0 }, bias: 2 },
  infer(node): TensorType[] {
    const g = fullyConnectedGeometry(node);
    checkWeightedDtypes(node, 0, g.outputs);
    checkDepth(g.weights, g.inputs);
    const leading = node.attributes.keepAxes ? g.input.shape.slice(0, -1) : [g.rows];
    return [{ dtype: g.input.dtype, shape: [...leading, g.outputs] }];
  },
  macs(node) {
    const g = fullyConnectedGeometry(node);
    return g.rows * g.inputs * g.outputs;
  },
  reference(node, [input, weights, bias]) {
    const g = fullyConnectedGeometry(node);
    if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
    const output = new Float32Array(g.rows * g.outputs);
    for (let row = 0; row < g.rows; row++) {
      for (let n = 0; n < g.outputs; n++) {
        let sum = bias?.[n] ?? 0;
        for (let k = 0; k < g.inputs; k++) {
          sum += (input[row * g.inputs + k] as number) * (weights[n * g.inputs + k] as number);
        }
        output[row * g.outputs + n] = applyActivation(node.attributes.activation, sum);
      }
    }
    return [output];
  },
};
