import { elementCount, type Tensor } from "../../graph/tensor.js";
import { type ConvolutionAttributes, convolutionGeometry } from "../../ops/convolution/convolution.js";
import type { Lowering } from "../lowering.js";
import { channelConstants, largestMagnitude, packTiles } from "../weight-tiles.js";
import { emitPatchProduct, patchScratchBytes } from "./patch-product.js";

/** A convolution as a product of patches by its weights, in tiles. */
export const conv2d: Lowering<ConvolutionAttributes> = {
  operator: "conv2d",
  dtypes: ["int8"],
  constantInputs: () => [1, 2],
  scratchBytes(node) {
    const g = convolutionGeometry(node, 0);
    return patchScratchBytes(g, largestMagnitude(g.weights.data as Int8Array));
  },
  emit(node, placement) {
    const g = convolutionGeometry(node, 0);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const depth = elementCount(g.weights.shape.slice(1));
    const constants = channelConstants(g.input, g.weights, g.bias, output, g.outputChannels, (n) => {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += data[n * depth + k] as number;
      return sum;
    });
    const tiles = packTiles(g.outputChannels, depth, (n, k) => data[n * depth + k] as number, constants);
    const maxWeight = largestMagnitude(data);
    const convolution = { input: g.input, output, activation: node.attributes.activation, tiles };
    return emitPatchProduct(g, convolution, constants, maxWeight, placement);
  },
};
