import { accelerators } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import type { BlockValues } from "../../abi/block.js";
import { storedWindowParameters, windowParameters } from "../../abi/parameters.js";
import type { FusedActivation } from "../../graph/node.js";
import type { NarrowStorage, Tensor } from "../../graph/tensor.js";
import { isNarrowStorage, type WeightMatrix } from "../../numerics/narrow-weights.js";
import { int8Parameters, quantizedActivationRange } from "../../numerics/requantization.js";
import type { ConvolutionGeometry } from "../../ops/convolution/convolution.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, type KernelCall, type Placement, shiftKernel, storedKernel } from "../kernel.js";
import { sectionBytes, storageNumber, storageOf } from "../stored-weights.js";
import { chunkWithin, codebookBytes, filledDepth, packTiles, rowLayout } from "../tiles.js";
import {
  channelConstants,
  channelWriter,
  laneCapacity,
  largestMagnitude,
  tileHeaderBytes,
} from "../weight-tiles.js";

/** Bytes of the kernel's sums: 4 channels of 3 positions, int32. */
const sumsBytes = 48;

/** Positions that accelerators compute at once, at least on some processors, and at most; inputs of each take 2 bytes. */
const acceleratedPositions = { least: 3, most: 6 };

/** Inputs of the shortest part of a long tile that is read at once. */
const shortChunk = 24;

/** A product of patches by a matrix of int8 weights: a convolution, or a depthwise one of a single input channel. */
type PatchProduct = ConvolutionGeometry;

/** Patch length (inputs of one output) of a convolution, filled up. */
function depthOf(product: PatchProduct): number {
  return alignUp(product.window.filterHeight * product.window.filterWidth * product.inputChannels, 4);
}

/** How weights lie, and are stored. */
function storedAs({ weights, input }: PatchProduct, matrix: WeightMatrix) {
  const layout = rowLayout(matrix, tileHeaderBytes);
  return { layout, storage: storageOf(weights, input, layout) };
}

/**
 * Scratch sizes of a product of patches, ascending: small chunks of a long patch's tile, the lanes' capacity, the whole tile; and
 * the size at which accelerators compute the most positions at once. Where weights are unpacked, accelerators do that a tile at
 * a time, and the least is what they need.
 */
export function patchScratchBytes(product: PatchProduct, matrix: WeightMatrix): number[] {
  const depth = depthOf(product);
  const { layout, storage } = storedAs(product, matrix);
  const capacity = laneCapacity(largestMagnitude(product.weights.data as Int8Array));
  const portable = (chunk: number): number =>
    depth * 8 + tileHeaderBytes + chunk * 4 + codebookBytes(storage, chunk) + sumsBytes;
  if (isNarrowStorage(storage)) {
    const filled = filledDepth(layout, storage);
    const accelerated = (positions: number): number => depth * 2 * positions + tileHeaderBytes + filled * 4;
    const [short, long] = [shortChunk, filled].map((chunk) =>
      portable(Math.min(chunk, filled, storedChunkLimit(capacity))),
    );
    const least = Math.max(short as number, accelerated(acceleratedPositions.least));
    return sizesFrom(least, [long as number, accelerated(acceleratedPositions.most)]);
  }
  const chunks = depth <= capacity ? 1 : Math.ceil(depth / Math.min(shortChunk, capacity));
  const smallest = alignUp(Math.ceil(depth / chunks), 4);
  const [least, long] = [smallest, Math.min(depth, capacity)].map(portable) as [number, number];
  return sizesFrom(least, [long, alignUp(depth * acceleratedPositions.most * 2, 8)]);
}

/** Sizes from the least on, ascending. */
function sizesFrom(least: number, others: readonly number[]): number[] {
  const larger = [...new Set(others)].filter((size) => size > least).sort((a, b) => a - b);
  return [least, ...larger];
}

/** Inputs that are unpacked at once, at most, where lanes take so many products. */
function storedChunkLimit(capacity: number): number {
  return Math.max(8, Math.floor(capacity / 8) * 8);
}

/** Bytes of the weights section that a product of patches takes, if its weights have the form of a storage. */
export function patchSectionBytes(
  product: PatchProduct,
  matrix: WeightMatrix,
  stored: NarrowStorage | undefined,
): number {
  const layout = rowLayout(matrix, tileHeaderBytes);
  return sectionBytes(product, stored, layout, windowParameters);
}

/**
 * The call of the kernel of a product of patches.
 *
 * @param rescaled as what its sums are rescaled
 */
export function emitPatchProduct(
  product: PatchProduct,
  to: Pick<WindowOutput, "output" | "activation">,
  matrix: WeightMatrix,
  placement: Placement,
  rescaled: "convolution" | "matrix" = "convolution",
): KernelCall[] {
  const depth = depthOf(product);
  const { layout, storage } = storedAs(product, matrix);
  const constants = channelConstants(rescaled, { ...product, ...to }, product.outputChannels, matrix);
  const tiles = packTiles(layout, storage, product.weights, channelWriter(constants));
  const capacity = laneCapacity(largestMagnitude(product.weights.data as Int8Array));
  const room = placement.scratchBytes - depth * 8 - tileHeaderBytes - sumsBytes;
  const isNarrow = isNarrowStorage(storage);
  const most = isNarrow
    ? Math.min(filledDepth(layout, storage), storedChunkLimit(capacity))
    : Math.min(depth, capacity);
  const chunk = chunkWithin(room, most, storage, 1);
  const laneChunks = isNarrow ? Math.floor(capacity / chunk) : 1;
  const values = {
    ...windowValues(product, product.outputChannels, { ...to, tiles }, chunk, placement),
    laneChunks,
    storage: storageNumber(storage),
  };
  const accelerator = isNarrow ? accelerators.storedConv : accelerators.conv;
  const accelerated = { accelerator: acceleratedWindow(accelerator, values, depth) };
  const stored = { ...storedKernel("conv2d", constants), parameters: storedWindowParameters };
  const plain = { ...shiftKernel("conv2d", constants, "conv2dStored"), parameters: windowParameters };
  return [
    isNarrow
      ? callKernel({ ...stored, ...accelerated }, values, placement.scratch, placement)
      : callKernel({ ...plain, ...accelerated }, values, placement.scratch, placement),
  ];
}

/** What a convolution gives, and its weights in tiles. */
export interface WindowOutput {
  output: Tensor;
  activation: FusedActivation;
  tiles: Uint8Array;
}

/**
 * Parameters of a convolution, depthwise or not.
 *
 * @param outputs output channels, or of a depthwise convolution the output channels of an input channel
 * @param chunk products that a lane takes before it is emptied
 */
export function windowValues(
  product: ConvolutionGeometry,
  outputs: number,
  { output, activation, tiles }: WindowOutput,
  chunk: number,
  placement: Placement,
): BlockValues<typeof windowParameters.fields> {
  const { low, high } = quantizedActivationRange(activation, output);
  return {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    scratch: placement.scratch,
    scratchBytes: placement.scratchBytes,
    weights: placement.weights(tiles),
    batches: product.batches,
    inputHeight: product.inputHeight,
    inputWidth: product.inputWidth,
    inputChannels: product.inputChannels,
    outputHeight: product.outputHeight,
    outputWidth: product.outputWidth,
    outputs,
    filterHeight: product.window.filterHeight,
    filterWidth: product.window.filterWidth,
    strideHeight: product.window.strideHeight,
    strideWidth: product.window.strideWidth,
    dilationHeight: product.window.dilationHeight,
    dilationWidth: product.window.dilationWidth,
    padTop: product.padding.top,
    padLeft: product.padding.left,
    inputZeroPoint: int8Parameters(product.input).zeroPoint,
    outputZeroPoint: int8Parameters(output).zeroPoint,
    low,
    high,
    chunk,
    laneChunks: 1,
    storage: 0,
  };
}
