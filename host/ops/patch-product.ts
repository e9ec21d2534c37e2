import type { FusedActivation } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { accelerators, parameterBlock } from "./accelerators.js";
import type { KernelCall, Placement } from "./operator.js";
import { int8ActivationRange, int8Parameters } from "./requantization.js";
import { laneCapacity, roundUp, tileHeaderBytes } from "./weight-tiles.js";
import type { Padding, Window } from "./window.js";

/** Bytes of the kernel's sums: 4 channels of 3 positions, int32. */
const sumsBytes = 48;

/** Positions that accelerators compute at once, at most and at least; an input of each takes 2 bytes of scratch memory. */
const acceleratedPositions = 6;
const leastAcceleratedPositions = 3;

/** Inputs of one output whose sum of products is within 2^30, which accelerators rely on. */
const acceleratedDepth = 2 ** 16;

/** A product of patches by a matrix of weights: a convolution, or a depthwise one of a single input channel. */
export interface PatchProduct {
  batches: number;
  inputHeight: number;
  inputWidth: number;
  inputChannels: number;
  outputHeight: number;
  outputWidth: number;
  outputChannels: number;
  window: Window;
  padding: Padding;
}

/** Whether any window reaches over the input's border. */
function reachesOver({ padding }: PatchProduct): boolean {
  return padding.top + padding.bottom + padding.left + padding.right > 0;
}

/** Patch length (inputs of one output) of a convolution. */
function depthOf(product: PatchProduct): number {
  return product.window.filterHeight * product.window.filterWidth * product.inputChannels;
}

/**
 * Scratch sizes of `conv2dInt8`: small chunks of a long patch's tile, the lanes' capacity, the whole tile; and the
 * size at which accelerators compute the most positions at once.
 */
export function patchScratchBytes(product: PatchProduct, maxWeight: number): number[] {
  const depth = roundUp(depthOf(product), 4);
  const capacity = laneCapacity(maxWeight);
  const zeroRow = reachesOver(product) ? product.inputChannels : 0;
  const chunks = depth <= capacity ? 1 : Math.ceil(depth / Math.min(24, capacity));
  const smallest = roundUp(Math.ceil(depth / chunks), 4);
  const sizes = [smallest, Math.min(depth, capacity)].map((chunk) =>
    roundUp(depth * 8 + tileHeaderBytes + chunk * 4 + sumsBytes + zeroRow, 8),
  );
  const ascending = [...sizes, roundUp(depth * acceleratedPositions * 2, 8)].sort((a, b) => a - b);
  const [least] = sizes as [number];
  return [...new Set(ascending)].filter((size) => size >= least);
}

/** The call of `conv2dInt8` for weights already in tiles. */
export function emitPatchProduct(
  product: PatchProduct,
  input: Tensor,
  output: Tensor,
  activation: FusedActivation,
  maxWeight: number,
  tiles: Uint8Array,
  placement: Placement,
): KernelCall[] {
  const depth = roundUp(depthOf(product), 4);
  const zeroRow = reachesOver(product) ? product.inputChannels : 0;
  const spare = placement.scratchBytes - depth * 8 - tileHeaderBytes - sumsBytes - zeroRow;
  const chunk = Math.min(depth, laneCapacity(maxWeight), Math.floor(spare / 16) * 4);
  const range = int8ActivationRange(activation, output);
  const weights = placement.weights(tiles);
  return [
    {
      module: "kernels/conv-2d",
      kernel: "conv2dInt8",
      arguments: {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        scratch: placement.scratch,
        zeroRow: zeroRow > 0 ? placement.scratch + depth * 8 + tileHeaderBytes + chunk * 4 + sumsBytes : 0,
        weights,
        batches: product.batches,
        inputHeight: product.inputHeight,
        inputWidth: product.inputWidth,
        inputChannels: product.inputChannels,
        outputHeight: product.outputHeight,
        outputWidth: product.outputWidth,
        outputChannels: product.outputChannels,
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
        low: range.low,
        high: range.high,
        chunk,
      },
      ...(depth <= acceleratedDepth && placement.scratchBytes >= depth * leastAcceleratedPositions * 2
        ? {
            accelerated: {
              accelerator: accelerators.conv,
              parameters: placement.weights(
                windowParameters(product, product.outputChannels, input, output, range, weights, placement),
              ),
            },
          }
        : {}),
    },
  ];
}

/**
 * Parameters of the accelerators of windows with weights, `accel_conv_s8` and `accel_depthwise_s8`.
 *
 * @param outputs output channels, or of a depthwise convolution the output channels of an input channel
 */
export function windowParameters(
  product: Omit<PatchProduct, "outputChannels">,
  outputs: number,
  input: Tensor,
  output: Tensor,
  range: { low: number; high: number },
  weights: number,
  placement: Placement,
): Uint8Array {
  return parameterBlock({
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    scratch: placement.scratch,
    scratchBytes: placement.scratchBytes,
    weights,
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
    low: range.low,
    high: range.high,
  });
}
