import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { groupsOf } from "../../ops/convolution/conv-2d.js";
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
} from "../../ops/convolution/convolution.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, sumsOf } from "../stored-weights.js";
import { channelConstants, isPlainInt8, largestMagnitude, packTiles } from "../weight-tiles.js";
import { emitPatchProduct, patchScratchBytes } from "./patch-product.js";
import { emitProduct, type Product, productScratchBytes } from "./product.js";

/** The numbers of a convolution as products of any kind take them. */
export function windowGeometry(g: ConvolutionGeometry): Omit<Product["geometry"], "outputs" | "groups"> {
  return {
    batches: g.batches,
    inputHeight: g.inputHeight,
    inputWidth: g.inputWidth,
    inputChannels: g.inputChannels,
    outputHeight: g.outputHeight,
    outputWidth: g.outputWidth,
    ...g.window,
    padTop: g.padding.top,
    padLeft: g.padding.left,
    spreadHeight: 1,
    spreadWidth: 1,
  };
}

function productOf(node: BoundNode<ConvolutionAttributes>): Product {
  const g = convolutionGeometry(node, 0);
  const { input, weights, bias } = g;
  return {
    input,
    weights,
    bias,
    output: node.outputs[0] as Tensor,
    product: "convolution",
    sums: sumsOf(input, bias, false),
    geometry: { ...windowGeometry(g), outputs: g.outputChannels, groups: groupsOf(g) },
    activation: node.attributes.activation,
  };
}

/** Whether the fast int8 kernel runs it. */
function isPatchProduct(g: ConvolutionGeometry): boolean {
  return groupsOf(g) === 1 && isPlainInt8(g.input, g.weights);
}

/** A convolution as a product of patches by its weights, in tiles. */
export const conv2d: Lowering<ConvolutionAttributes> = {
  operator: "conv2d",
  dtypes: ["int8", "int16", "float32"],
  constantInputs: () => [1, 2],
  check: (node) => checkRescaling(productOf(node), convolutionGeometry(node, 0).outputChannels),
  scratchBytes(node) {
    const g = convolutionGeometry(node, 0);
    if (!isPatchProduct(g)) return productScratchBytes(productOf(node));
    return patchScratchBytes(g, largestMagnitude(g.weights.data as Int8Array));
  },
  emit(node, placement) {
    const g = convolutionGeometry(node, 0);
    if (!isPatchProduct(g)) return emitProduct(productOf(node), placement);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const depth = elementCount(g.weights.shape.slice(1));
    const constants = channelConstants("convolution", { ...g, output }, g.outputChannels, (n) => {
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
