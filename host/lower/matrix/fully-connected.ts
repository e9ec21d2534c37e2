import { accelerators } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import { fullyConnectedParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8Parameters, quantizedActivationRange } from "../../numerics/requantization.js";
import { type FullyConnectedAttributes, fullyConnectedGeometry } from "../../ops/matrix/fully-connected.js";
import { emitProduct, matrixGeometry, type Product, productScratchBytes } from "../convolution/product.js";
import { callKernel, shiftKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, sumsOf } from "../stored-weights.js";
import { channelConstants, isPlainInt8, packTiles, tileHeaderBytes } from "../weight-tiles.js";

/** Inputs whose weights lie in scratch memory at once, at most: a tile of 4 outputs then takes 1 KiB. */
const chunkLimit = 256;

function productOf(node: BoundNode<FullyConnectedAttributes>): Product {
  const { input, weights, bias, rows, inputs, outputs } = fullyConnectedGeometry(node);
  return {
    input,
    weights,
    bias,
    output: node.outputs[0] as Tensor,
    product: "matrix",
    sums: sumsOf(input, bias, false),
    geometry: matrixGeometry(rows, inputs, outputs),
    activation: node.attributes.activation,
  };
}

/** A fully connected layer, its weights in tiles. */
export const fullyConnected: Lowering<FullyConnectedAttributes> = {
  operator: "fullyConnected",
  dtypes: ["int8", "int16", "float32"],
  constantInputs: () => [1, 2],
  check: (node) => checkRescaling(productOf(node), fullyConnectedGeometry(node).outputs),
  scratchBytes(node) {
    const g = fullyConnectedGeometry(node);
    if (!isPlainInt8(g.input, g.weights)) return productScratchBytes(productOf(node));
    const inputs = alignUp(g.inputs, 4);
    const sizes = [Math.min(inputs, chunkLimit), inputs].map((chunk) => tileHeaderBytes + chunk * 4);
    return [...new Set(sizes)];
  },
  emit(node, placement) {
    const g = fullyConnectedGeometry(node);
    if (!isPlainInt8(g.input, g.weights)) return emitProduct(productOf(node), placement);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const constants = channelConstants("matrix", { ...g, output }, g.outputs, (n) => {
      let sum = 0;
      for (let k = 0; k < g.inputs; k++) sum += data[n * g.inputs + k] as number;
      return sum;
    });
    const range = quantizedActivationRange(node.attributes.activation, output);
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
