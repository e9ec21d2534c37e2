import { accelerators } from "../../abi/accelerators.js";
import { fullyConnectedParameters, storedFullyConnectedParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { isNarrowStorage } from "../../numerics/narrow-weights.js";
import { int8Parameters, quantizedActivationRange } from "../../numerics/requantization.js";
import type { ConvolutionGeometry } from "../../ops/convolution/convolution.js";
import { type FullyConnectedAttributes, fullyConnectedGeometry } from "../../ops/matrix/fully-connected.js";
import { rowMatrix } from "../../ops/weight-matrix.js";
import { emitPatchProduct, patchScratchBytes } from "../convolution/patch-product.js";
import {
  emitProduct,
  matrixGeometry,
  type Product,
  productScratchBytes,
  productSectionBytes,
} from "../convolution/product.js";
import { callKernel, shiftKernel, storedKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, sectionBytes, storageNumber, storageOf, sumsOf } from "../stored-weights.js";
import { chunkWithin, codebookBytes, filledDepth, packTiles, rowLayout } from "../tiles.js";
import { channelConstants, channelWriter, isInt8Product, tileHeaderBytes } from "../weight-tiles.js";

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
    matrix: rowMatrix(outputs, inputs),
    activation: node.attributes.activation,
  };
}

/** How weights of the fast int8 kernels lie, and are stored. */
function storedAs({
  weights,
  input,
  inputs,
  outputs,
}: Pick<ReturnType<typeof fullyConnectedGeometry>, "weights" | "input" | "inputs" | "outputs">) {
  const layout = rowLayout(rowMatrix(outputs, inputs), tileHeaderBytes);
  const storage = storageOf(weights, input, layout);
  return { layout, storage, filled: filledDepth(layout, storage) };
}

/**
 * Products of a layer up to which the kernel of convolutions computes it where a model has that anyway: a board compiles a kernel for it
 * otherwise, and has to keep it, which takes some 800 products' time and 2 KB.
 */
const fewProducts = 1024;

/** A layer as a convolution by filters of one pixel: rows are columns of one image. */
function asConvolution({
  input,
  weights,
  bias,
  rows,
  inputs,
  outputs,
}: ReturnType<typeof fullyConnectedGeometry>): ConvolutionGeometry {
  const one = {
    filterHeight: 1,
    filterWidth: 1,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
  };
  return {
    input,
    weights,
    bias,
    batches: 1,
    inputHeight: 1,
    inputWidth: rows,
    inputChannels: inputs,
    outputHeight: 1,
    outputWidth: rows,
    outputChannels: outputs,
    window: one,
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
  };
}

/** Scratch memory with which the kernel of convolutions computes a layer of few products; undefined of others. */
function convolutionScratchBytes(g: ReturnType<typeof fullyConnectedGeometry>): number | undefined {
  if (g.rows * g.inputs * g.outputs > fewProducts || isNarrowStorage(storedAs(g).storage)) return undefined;
  return patchScratchBytes(asConvolution(g), rowMatrix(g.outputs, g.inputs))[0];
}

/** A fully connected layer, its weights in tiles. */
export const fullyConnected: Lowering<FullyConnectedAttributes> = {
  operator: "fullyConnected",
  dtypes: ["int8", "int16", "float32"],
  constantInputs: () => [1, 2],
  check: (node) => checkRescaling(productOf(node), fullyConnectedGeometry(node).outputs),
  scratchBytes(node) {
    const g = fullyConnectedGeometry(node);
    if (!isInt8Product(g.input, g.weights)) return productScratchBytes(productOf(node));
    const { storage, filled } = storedAs(g);
    const sizes = [Math.min(filled, chunkLimit), filled].map(
      (chunk) => tileHeaderBytes + chunk * 4 + codebookBytes(storage, chunk),
    );
    return [...new Set([...sizes, convolutionScratchBytes(g) ?? 0])]
      .filter((size) => size >= (sizes[0] as number))
      .sort((a, b) => a - b);
  },
  emit(node, placement) {
    const g = fullyConnectedGeometry(node);
    if (!isInt8Product(g.input, g.weights)) return emitProduct(productOf(node), placement);
    const output = node.outputs[0] as Tensor;
    const { layout, storage, filled } = storedAs(g);
    const constants = channelConstants("matrix", { ...g, output }, g.outputs, layout.matrix);
    const { activation } = node.attributes;
    const { name, wider = [] } = shiftKernel("conv2d", constants, "conv2dStored");
    const enough = convolutionScratchBytes(g);
    if (
      enough !== undefined &&
      placement.scratchBytes >= enough &&
      [name, ...wider].some((each) => placement.called.has(each))
    )
      return emitPatchProduct(asConvolution(g), { output, activation }, layout.matrix, placement, "matrix");
    const range = quantizedActivationRange(activation, output);
    const tiles = packTiles(layout, storage, g.weights, channelWriter(constants));
    const values = {
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
      chunk: chunkWithin(placement.scratchBytes - tileHeaderBytes, filled, storage, 1),
    };
    return [
      isNarrowStorage(storage)
        ? callKernel(
            {
              ...storedKernel("fullyConnected", constants),
              parameters: storedFullyConnectedParameters,
              accelerator: accelerators.storedFullyConnected,
            },
            { ...values, storage: storageNumber(storage) },
            placement.scratch,
            placement,
          )
        : callKernel(
            {
              ...shiftKernel("fullyConnected", constants),
              parameters: fullyConnectedParameters,
              accelerator: accelerators.fullyConnected,
            },
            values,
            placement.scratch,
            placement,
          ),
    ];
  },
  sectionBytes(node, stored) {
    const g = fullyConnectedGeometry(node);
    if (!isInt8Product(g.input, g.weights)) return productSectionBytes(productOf(node), stored);
    const layout = rowLayout(rowMatrix(g.outputs, g.inputs), tileHeaderBytes);
    const parameters = stored === undefined ? fullyConnectedParameters : storedFullyConnectedParameters;
    return sectionBytes(g, stored, layout, parameters);
  },
};
