import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import type { WeightMatrix } from "../../numerics/narrow-weights.js";
import { groupsOf } from "../../ops/convolution/conv-2d.js";
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
} from "../../ops/convolution/convolution.js";
import { rowMatrix } from "../../ops/weight-matrix.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, sumsOf } from "../stored-weights.js";
import { isInt8Product } from "../weight-tiles.js";
import { asRow } from "./as-row.js";
import { emitPatchProduct, patchScratchBytes, patchSectionBytes } from "./patch-product.js";
import { emitProduct, type Product, productScratchBytes, productSectionBytes } from "./product.js";

/** A convolution's geometry as kernels take it. */
function geometryOf(node: BoundNode<ConvolutionAttributes>): ConvolutionGeometry {
  return asRow(convolutionGeometry(node, 0));
}

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

function matrixOf(g: ConvolutionGeometry): WeightMatrix {
  return rowMatrix(g.outputChannels, elementCount(g.weights.shape.slice(1)), groupsOf(g));
}

function productOf(node: BoundNode<ConvolutionAttributes>): Product {
  const g = geometryOf(node);
  const { input, weights, bias } = g;
  return {
    input,
    weights,
    bias,
    output: node.outputs[0] as Tensor,
    product: "convolution",
    sums: sumsOf(input, bias, false),
    matrix: matrixOf(g),
    geometry: { ...windowGeometry(g), outputs: g.outputChannels, groups: groupsOf(g) },
    activation: node.attributes.activation,
  };
}

/** Whether a fast int8 kernel runs it. */
function isPatchProduct(g: ConvolutionGeometry): boolean {
  return groupsOf(g) === 1 && isInt8Product(g.input, g.weights);
}

/** A convolution as a product of patches by its weights, in tiles. */
export const conv2d: Lowering<ConvolutionAttributes> = {
  operator: "conv2d",
  dtypes: ["int8", "int16", "float32"],
  constantInputs: () => [1, 2],
  check: (node) => checkRescaling(productOf(node), convolutionGeometry(node, 0).outputChannels),
  scratchBytes(node) {
    const g = geometryOf(node);
    return isPatchProduct(g) ? patchScratchBytes(g, matrixOf(g)) : productScratchBytes(productOf(node));
  },
  emit(node, placement) {
    const g = geometryOf(node);
    if (!isPatchProduct(g)) return emitProduct(productOf(node), placement);
    const { activation } = node.attributes;
    return emitPatchProduct(g, { output: node.outputs[0] as Tensor, activation }, matrixOf(g), placement);
  },
  sectionBytes(node, stored) {
    const g = geometryOf(node);
    return isPatchProduct(g)
      ? patchSectionBytes(g, matrixOf(g), stored)
      : productSectionBytes(productOf(node), stored);
  },
};
