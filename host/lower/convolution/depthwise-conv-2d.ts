import { accelerators } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { windowParameters } from "../../abi/parameters.js";
import { isRoundedOnce } from "../../abi/rounded-once.js";
import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Window } from "../../numerics/window.js";
import type { ConvolutionAttributes, ConvolutionGeometry } from "../../ops/convolution/convolution.js";
import { depthwiseGeometry } from "../../ops/convolution/depthwise-conv-2d.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, type Kernel, shiftKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, sumsOf } from "../stored-weights.js";
import {
  type ChannelConstants,
  channelConstants,
  isPlainInt8,
  laneCapacity,
  largestMagnitude,
  packTiles,
  tileHeaderBytes,
} from "../weight-tiles.js";
import { windowGeometry } from "./conv-2d.js";
import { emitPatchProduct, patchScratchBytes, windowValues } from "./patch-product.js";
import { depthwiseScratchBytes, emitDepthwiseProduct, type Product } from "./product.js";

function productOf(node: BoundNode<ConvolutionAttributes>): Product {
  const g = depthwiseGeometry(node);
  const { input, weights, bias } = g;
  return {
    input,
    weights,
    bias,
    output: node.outputs[0] as Tensor,
    product: "convolution",
    sums: sumsOf(input, bias, true),
    geometry: { ...windowGeometry(g), outputs: g.multiplier, groups: 1 },
    activation: node.attributes.activation,
  };
}

/** With one input channel it is a convolution, whose kernel uses a packed patch for all outputs. */
function isPatchProduct({ inputChannels }: ConvolutionGeometry): boolean {
  return inputChannels === 1;
}

function isPlain3x3({ window: w }: { window: Window }): boolean {
  return w.filterHeight === 3 && w.filterWidth === 3 && w.dilationHeight === 1 && w.dilationWidth === 1;
}

function kernelOf(g: ConvolutionGeometry, constants: ChannelConstants): Pick<Kernel, "name" | "wider"> {
  if (isPlain3x3(g)) return shiftKernel("depthwiseConv2d3x3", constants);
  return { name: constants.shift.some(isRoundedOnce) ? "depthwiseConv2dOnceInt8" : "depthwiseConv2dInt8" };
}

/** Tiles of `depthwiseConv2dInt8`: for every 4 channels their constants, then 4 int8 for every tap. */
function packChannelTiles(
  taps: number,
  channels: number,
  weights: Int8Array,
  constants: ChannelConstants,
): Uint8Array {
  const tileBytes = tileHeaderBytes + alignUp(taps * 4, 16);
  const bytes = new Uint8Array(Math.ceil(channels / 4) * tileBytes);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < channels; n++) {
    const tile = (n >> 2) * tileBytes;
    view.setInt32(tile + (n & 3) * 4, constants.bias[n] as number, true);
    view.setInt32(tile + 16 + (n & 3) * 4, constants.multiplier[n] as number, true);
    view.setInt32(tile + 32 + (n & 3) * 4, constants.shift[n] as number, true);
    for (let tap = 0; tap < taps; tap++) {
      view.setInt8(tile + tileHeaderBytes + tap * 4 + (n & 3), weights[tap * channels + n] as number);
    }
  }
  return bytes;
}

/** A depthwise convolution, channel by channel; of a single input channel as a product of patches. */
export const depthwiseConv2d: Lowering<ConvolutionAttributes> = {
  operator: "depthwiseConv2d",
  dtypes: ["int8", "int16", "float32"],
  // Its kernels read weights of the weights section only; others are refused.
  constantInputs: () => [1, 2],
  check(node) {
    const { weights, outputChannels } = depthwiseGeometry(node);
    requireThat(weights.data !== undefined, "weights of a depthwise convolution must be constant");
    checkRescaling(productOf(node), outputChannels);
  },
  scratchBytes(node) {
    const g = depthwiseGeometry(node);
    if (!isPlainInt8(g.input, g.weights)) return depthwiseScratchBytes(productOf(node));
    if (isPatchProduct(g)) return patchScratchBytes(g, largestMagnitude(g.weights.data as Int8Array));
    const { window: w, outputWidth } = g;
    const span = (outputWidth - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1;
    const tileBytes = tileHeaderBytes + alignUp(w.filterHeight * w.filterWidth * 4, 16);
    return [alignUp(Math.max(w.filterHeight * span * 8 + tileBytes + 1, blockBytes(windowParameters)), 8)];
  },
  emit(node, placement) {
    const g = depthwiseGeometry(node);
    if (!isPlainInt8(g.input, g.weights)) return emitDepthwiseProduct(productOf(node), placement);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const taps = g.window.filterHeight * g.window.filterWidth;
    const constants = channelConstants("convolution", { ...g, output }, g.outputChannels, (n) => {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += data[tap * g.outputChannels + n] as number;
      return sum;
    });
    const maxWeight = largestMagnitude(data);
    if (isPatchProduct(g)) {
      const tiles = packTiles(
        g.outputChannels,
        taps,
        (n, tap) => data[tap * g.outputChannels + n] as number,
        constants,
      );
      const convolution = { input: g.input, output, activation: node.attributes.activation, tiles };
      return emitPatchProduct(g, convolution, constants, maxWeight, placement);
    }
    const tiles = packChannelTiles(taps, g.outputChannels, data, constants);
    const values = windowValues(
      g,
      g.multiplier,
      { input: g.input, output, activation: node.attributes.activation, tiles },
      laneCapacity(maxWeight),
      placement,
    );
    return [
      callKernel(
        {
          ...kernelOf(g, constants),
          parameters: windowParameters,
          accelerator: acceleratedWindow(accelerators.depthwise, values, taps),
        },
        values,
        placement.scratch,
        placement,
      ),
    ];
  },
};
