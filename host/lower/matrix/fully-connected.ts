import { accelerators } from "../../abi/accelerators.js";
import { fullyConnectedParameters, storedFullyConnectedParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { isNarrowStorage } from "../../numerics/narrow-weights.js";
import { int8Parameters, quantizedActivationRange } from "../../numerics/requantization.js";
import { type FullyConnectedAttributes, fullyConnectedGeometry } from "../../ops/matrix/fully-connected.js";
import { rowMatrix } from "../../ops/weight-matrix.js";
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
    return [...new Set(sizes)];
  },
  emit(node, placement) {
    const g = fullyConnectedGeometry(node);
    if (!isInt8Product(g.input, g.weights)) return emitProduct(productOf(node), placement);
    const output = node.outputs[0] as Tensor;
    const { layout, storage, filled } = storedAs(g);
    const constants = channelConstants("matrix", { ...g, output }, g.outputs, layout.matrix);
    const range = quantizedActivationRange(node.attributes.activation, output);
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
              ...storedKernel("fullyConnectedStored", constants),
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
