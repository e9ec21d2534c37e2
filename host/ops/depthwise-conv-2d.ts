import { accelerators } from "../abi/accelerators.js";
import { alignUp } from "../abi/align.js";
import { blockBytes } from "../abi/block.js";
import { windowParameters } from "../abi/parameters.js";
import type { BoundNode } from "../graph/node.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { acceleratedWindow } from "./accelerated.js";
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  inferConvolution,
  readTfliteConvolution,
} from "./convolution.js";
import { callKernel, shiftKernel } from "./kernel.js";
import { NotRunnable, type Operator, requireThat } from "./operator.js";
import { emitPatchProduct, patchScratchBytes, windowValues } from "./patch-product.js";
import { applyActivation } from "./requantization.js";
import {
  type ChannelConstants,
  channelConstants,
  laneCapacity,
  largestMagnitude,
  packTiles,
  tileHeaderBytes,
} from "./weight-tiles.js";
import type { Window } from "./window.js";

/** Geometry of a depthwise convolution, whose weights are [1, filterHeight, filterWidth, inputChannels * multiplier]. */
function geometry(node: BoundNode<ConvolutionAttributes>): ConvolutionGeometry & { multiplier: number } {
  const g = convolutionGeometry(node, 3);
  requireThat(g.weights.shape[0] === 1, `weights have shape [${g.weights.shape}]; [1, h, w, n] is expected`);
  const multiplier = g.outputChannels / g.inputChannels;
  requireThat(
    Number.isInteger(multiplier),
    `weights have ${g.outputChannels} channels, not a multiple of the input's ${g.inputChannels}`,
  );
  return { ...g, multiplier };
}

/** With one input channel it is a convolution, whose kernel uses a packed patch for all outputs. */
function isPatchProduct({ inputChannels }: ConvolutionGeometry): boolean {
  return inputChannels === 1;
}

function isPlain3x3({ window: w }: { window: Window }): boolean {
  return w.filterHeight === 3 && w.filterWidth === 3 && w.dilationHeight === 1 && w.dilationWidth === 1;
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

/** 2-d depthwise convolution, NHWC, any channel multiplier, with an optional bias and a fused activation. */
export const depthwiseConv2d: Operator<ConvolutionAttributes> = {
  name: "depthwiseConv2d",
  tflite: [
    {
      builtin: "DEPTHWISE_CONV_2D",
      optionsType: 2,
      maxVersion: 7,
      read: (node) => ({ attributes: readTfliteConvolution(node, { activation: 4, dilation: 5 }) }),
    },
  ],
  quantization: { output: "calibrated", weights: { input: 1, axis: 3 }, bias: 2 },
  infer: (node) => inferConvolution(node, geometry(node), 3),
  macs(node) {
    const g = geometry(node);
    return g.batches * g.outputHeight * g.outputWidth * elementCount(g.weights.shape);
  },
  scratchBytes(node) {
    const g = geometry(node);
    if (isPatchProduct(g)) return patchScratchBytes(g, largestMagnitude(g.weights.data as Int8Array));
    const { window: w, outputWidth } = g;
    const span = (outputWidth - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1;
    const tileBytes = tileHeaderBytes + alignUp(w.filterHeight * w.filterWidth * 4, 16);
    return [alignUp(Math.max(w.filterHeight * span * 8 + tileBytes + 1, blockBytes(windowParameters)), 8)];
  },
  reference(node, [input, weights, bias]) {
    const g = geometry(node);
    const { window: w, padding } = g;
    if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
    const output = new Float32Array(g.batches * g.outputHeight * g.outputWidth * g.outputChannels);
    let at = 0;
    for (let b = 0; b < g.batches; b++) {
      for (let y = 0; y < g.outputHeight; y++) {
        for (let x = 0; x < g.outputWidth; x++) {
          for (let n = 0; n < g.outputChannels; n++) {
            const channel = Math.floor(n / g.multiplier);
            let sum = bias?.[n] ?? 0;
            for (let fy = 0; fy < w.filterHeight; fy++) {
              const iy = y * w.strideHeight - padding.top + fy * w.dilationHeight;
              if (iy < 0 || iy >= g.inputHeight) continue;
              for (let fx = 0; fx < w.filterWidth; fx++) {
                const ix = x * w.strideWidth - padding.left + fx * w.dilationWidth;
                if (ix < 0 || ix >= g.inputWidth) continue;
                const pixel = ((b * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels + channel;
                sum +=
                  (input[pixel] as number) *
                  (weights[(fy * w.filterWidth + fx) * g.outputChannels + n] as number);
              }
            }
            output[at++] = applyActivation(node.attributes.activation, sum);
          }
        }
      }
    }
    return [output];
  },
  emit(node, placement) {
    const g = geometry(node);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const taps = g.window.filterHeight * g.window.filterWidth;
    const constants = channelConstants(g.input, g.weights, g.bias, output, g.outputChannels, (n) => {
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
          ...(isPlain3x3(g) ? shiftKernel("depthwiseConv2d3x3", constants) : { name: "depthwiseConv2dInt8" }),
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
