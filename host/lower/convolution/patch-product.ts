import { accelerators } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import type { BlockValues } from "../../abi/block.js";
import { windowParameters } from "../../abi/parameters.js";
import type { FusedActivation } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8Parameters, quantizedActivationRange } from "../../numerics/requantization.js";
import type { ConvolutionGeometry } from "../../ops/convolution/convolution.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, type KernelCall, type Placement, shiftKernel } from "../kernel.js";
import { type ChannelConstants, laneCapacity, tileHeaderBytes } from "../weight-tiles.js";

/** Bytes of the kernel's sums: 4 channels of 3 positions, int32. */
const sumsBytes = 48;

/** Positions that accelerators compute at once, at most; an input of each takes 2 bytes of scratch memory. */
const acceleratedPositions = 6;

/** A product of patches by a matrix of weights: a convolution, or a depthwise one of a single input channel. */
export type PatchProduct = Omit<ConvolutionGeometry, "input" | "weights" | "bias">;

/** Patch length (inputs of one output) of a convolution. */
function depthOf(product: PatchProduct): number {
  return product.window.filterHeight * product.window.filterWidth * product.inputChannels;
}

/**
 * Scratch sizes of `conv2dInt8`: small chunks of a long patch's tile, the lanes' capacity, the whole tile; and the
 * size at which accelerators compute the most positions at once.
 */
export function patchScratchBytes(product: PatchProduct, maxWeight: number): number[] {
  const depth = alignUp(depthOf(product), 4);
  const capacity = laneCapacity(maxWeight);
  const chunks = depth <= capacity ? 1 : Math.ceil(depth / Math.min(24, capacity));
  const smallest = alignUp(Math.ceil(depth / chunks), 4);
  const sizes = [smallest, Math.min(depth, capacity)].map(
    (chunk) => depth * 8 + tileHeaderBytes + chunk * 4 + sumsBytes,
  );
  const ascending = [...sizes, alignUp(depth * acceleratedPositions * 2, 8)].sort((a, b) => a - b);
  const [least] = sizes as [number];
  return [...new Set(ascending)].filter((size) => size >= least);
}

/** What a convolution works on, with its weights in tiles. */
export interface TiledConvolution {
  input: Tensor;
  output: Tensor;
  activation: FusedActivation;
  tiles: Uint8Array;
}

/** The call of `conv2dInt8`, whose tiles hold these constants and weights of at most this magnitude. */
export function emitPatchProduct(
  product: PatchProduct,
  convolution: TiledConvolution,
  constants: ChannelConstants,
  maxWeight: number,
  placement: Placement,
): KernelCall[] {
  const depth = alignUp(depthOf(product), 4);
  const spare = placement.scratchBytes - depth * 8 - tileHeaderBytes - sumsBytes;
  const chunk = Math.min(depth, laneCapacity(maxWeight), Math.floor(spare / 16) * 4);
  const values = windowValues(product, product.outputChannels, convolution, chunk, placement);
  return [
    callKernel(
      {
        ...shiftKernel("conv2d", constants),
        parameters: windowParameters,
        accelerator: acceleratedWindow(accelerators.conv, values, depth),
      },
      values,
      placement.scratch,
      placement,
    ),
  ];
}

/**
 * Parameters of a convolution, depthwise or not.
 *
 * @param outputs output channels, or of a depthwise convolution the output channels of an input channel
 * @param chunk products that a lane takes before it is emptied
 */
export function windowValues(
  product: Omit<PatchProduct, "outputChannels">,
  outputs: number,
  { input, output, activation, tiles }: TiledConvolution,
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
    inputZeroPoint: int8Parameters(input).zeroPoint,
    outputZeroPoint: int8Parameters(output).zeroPoint,
    low,
    high,
    chunk,
  };
}
