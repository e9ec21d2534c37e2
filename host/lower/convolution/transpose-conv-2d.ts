import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  type TransposeConvAttributes,
  transposeConvGeometry,
} from "../../ops/convolution/transpose-conv-2d.js";
import { turnedMatrix } from "../../ops/weight-matrix.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, sumsOf } from "../stored-weights.js";
import { emitProduct, type Product, productScratchBytes, productSectionBytes } from "./product.js";

/** It is a convolution of the input, spread by the strides, with the filter turned around. */
function productOf(node: BoundNode<TransposeConvAttributes>): Product {
  const g = transposeConvGeometry(node);
  const { input, weights, bias } = g;
  const { strideHeight, strideWidth, padding, activation } = node.attributes;
  return {
    input,
    weights,
    bias,
    output: node.outputs[0] as Tensor,
    product: "convolution",
    sums: sumsOf(input, bias, true),
    geometry: {
      batches: g.batches,
      inputHeight: g.inputHeight,
      inputWidth: g.inputWidth,
      inputChannels: g.inputChannels,
      outputHeight: g.outputHeight,
      outputWidth: g.outputWidth,
      outputs: g.outputChannels,
      filterHeight: g.filterHeight,
      filterWidth: g.filterWidth,
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      padTop: g.filterHeight - 1 - padding.top,
      padLeft: g.filterWidth - 1 - padding.left,
      groups: 1,
      spreadHeight: strideHeight,
      spreadWidth: strideWidth,
    },
    activation,
    matrix: turnedMatrix(g.outputChannels, g.filterHeight * g.filterWidth, g.inputChannels),
  };
}

/** A transposed convolution. */
export const transposeConv2d: Lowering<TransposeConvAttributes> = {
  operator: "transposeConv2d",
  dtypes: ["int8", "int16", "float32"],
  constantInputs: () => [1, 2],
  check(node) {
    const { weights, outputChannels } = transposeConvGeometry(node);
    requireThat(weights.data !== undefined, "weights of a transposed convolution must be constant");
    checkRescaling(productOf(node), outputChannels);
  },
  scratchBytes: (node) => productScratchBytes(productOf(node)),
  emit: (node, placement) => emitProduct(productOf(node), placement),
  sectionBytes: (node, stored) => productSectionBytes(productOf(node), stored),
};
