import { accelerators } from "../abi/accelerators.js";
import { alignUp } from "../abi/align.js";
import { fullyConnectedParameters } from "../abi/parameters.js";
import type { BoundNode, FusedActivation } from "../graph/node.js";
import { elementCount, type Tensor, type TensorType } from "../graph/tensor.js";
import { checkWeightedDtypes } from "./convolution.js";
import { callKernel, shiftKernel } from "./kernel.js";
import { NotRunnable, type Operator, requireThat } from "./operator.js";
import { applyActivation, int8ActivationRange, int8Parameters, tfliteActivation } from "./requantization.js";
import { channelConstants, packTiles, tileHeaderBytes } from "./weight-tiles.js";

/** Attributes of a fully connected layer. */
export interface FullyConnectedAttributes {
  activation: FusedActivation;
  /** Whether the output keeps the input's leading axes; otherwise it is [rows, outputs]. */
  keepAxes: boolean;
}

/** Inputs whose weights lie in scratch memory at once, at most: a tile of 4 outputs then takes 1 KiB. */
const chunkLimit = 256;

/** Inputs above which 32-bit sums of int8 by uint8 products could overflow. */
const inputLimit = 65_536;

function geometry(node: BoundNode<FullyConnectedAttributes>) {
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
  tflite: [
    {
      builtin: "FULLY_CONNECTED",
      optionsType: 8,
      maxVersion: 12,
      read({ options }) {
        requireThat(options.int8(1, 0) === 0, "shuffled weights are not supported");
        return {
          attributes: { activation: tfliteActivation(options.int8(0, 0)), keepAxes: options.bool(2, false) },
        };
      },
    },
  ],
  quantization: { output: "calibrated", weights: { input: 1, axis: 0 }, bias: 2 },
  infer(node): TensorType[] {
    const g = geometry(node);
    checkWeightedDtypes(node, 0, g.outputs);
    const leading = node.attributes.keepAxes ? g.input.shape.slice(0, -1) : [g.rows];
    return [{ dtype: g.input.dtype, shape: [...leading, g.outputs] }];
  },
  macs(node) {
    const g = geometry(node);
    return g.rows * g.inputs * g.outputs;
  },
  scratchBytes(node) {
    const inputs = alignUp(geometry(node).inputs, 4);
    const sizes = [Math.min(inputs, chunkLimit), inputs].map((chunk) => tileHeaderBytes + chunk * 4);
    return [...new Set(sizes)];
  },
  reference(node, [input, weights, bias]) {
    const g = geometry(node);
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
  emit(node, placement) {
    const g = geometry(node);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const constants = channelConstants(g.input, g.weights, g.bias, output, g.outputs, (n) => {
      let sum = 0;
      for (let k = 0; k < g.inputs; k++) sum += data[n * g.inputs + k] as number;
      return sum;
    });
    const range = int8ActivationRange(node.attributes.activation, output);
    const tiles = packTiles(g.outputs, g.inputs, (n, k) => data[n * g.inputs + k] as number, constants);
    return [
      callKernel(
        {
          ...shiftKernel("fullyConnected", constants),
          parameters: fullyConnectedParameters,
          accelerator: accelerators.fullyConnected,
        },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          scratch: placement.scratch,
          scratchBytes: placement.scratchBytes,
          weights: placement.weights(tiles),
          rows: g.rows,
          inputs: g.inputs,
          outputs: g.outputs,
          outputZeroPoint: int8Parameters(output).zeroPoint,
          low: range.low,
          high: range.high,
          chunk: Math.min(
            alignUp(g.inputs, 4),
            Math.floor((placement.scratchBytes - tileHeaderBytes) / 16) * 4,
          ),
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
