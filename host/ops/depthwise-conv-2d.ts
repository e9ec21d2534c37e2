import type { BoundNode, FusedActivation } from "../graph/node.js";
import { elementCount, type Tensor, type TensorType } from "../graph/tensor.js";
import { emitPatchProduct, type PatchProduct, patchScratchBytes } from "./conv-2d.js";
import { type Operator, Refused, require } from "./operator.js";
import { applyActivation, int8ActivationRange, int8Parameters, tfliteActivation } from "./requantization.js";
import {
  type ChannelConstants,
  channelConstants,
  checkBias,
  checkInt8Weights,
  laneCapacity,
  largestMagnitude,
  packTiles,
  roundUp,
  tileHeaderBytes,
} from "./weight-tiles.js";
import { explicitPadding, type Padding, slide, type Window } from "./window.js";

/** Attributes of a depthwise convolution; weights are [1, filterHeight, filterWidth, inputChannels * multiplier]. */
export interface DepthwiseConv2dAttributes {
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padding: Padding;
  activation: FusedActivation;
}

function geometry(node: BoundNode<DepthwiseConv2dAttributes>) {
  const [input, weights, bias] = node.inputs;
  if (input === undefined || weights === undefined) throw new Refused("input or weights are missing");
  require(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
  require(weights.shape.length === 4 &&
    weights.shape[0] === 1, `weights have shape [${weights.shape}]; [1, h, w, n] is expected`);
  const [batches, inputHeight, inputWidth, inputChannels] = input.shape as [number, number, number, number];
  const [, filterHeight, filterWidth, outputChannels] = weights.shape as [number, number, number, number];
  require(outputChannels % inputChannels ===
    0, `weights have ${outputChannels} channels, not a multiple of the input's ${inputChannels}`);
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padding } = node.attributes;
  const window: Window = {
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
  };
  const out = slide(inputHeight, inputWidth, window, padding);
  return {
    input,
    weights,
    bias,
    batches,
    inputHeight,
    inputWidth,
    inputChannels,
    outputHeight: out.height,
    outputWidth: out.width,
    outputChannels,
    multiplier: outputChannels / inputChannels,
    window,
    padding,
  };
}

/** With one input channel a depthwise convolution is a convolution, whose kernel uses a packed patch for all outputs. */
function asPatchProduct(node: BoundNode<DepthwiseConv2dAttributes>): PatchProduct | undefined {
  const g = geometry(node);
  return g.inputChannels === 1 ? g : undefined;
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
  const tileBytes = tileHeaderBytes + roundUp(taps * 4, 16);
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
export const depthwiseConv2d: Operator<DepthwiseConv2dAttributes> = {
  name: "depthwiseConv2d",
  tflite: [
    {
      builtin: "DEPTHWISE_CONV_2D",
      optionsType: 2,
      maxVersion: 7,
      read({ options, inputs }) {
        const [input, weights] = inputs;
        if (input === undefined || weights === undefined) throw new Refused("input or weights are missing");
        require(input.shape.length === 4 &&
          weights.shape.length === 4, "input and weights of rank 4 are expected");
        const attributes = {
          strideWidth: options.int32(1, 0),
          strideHeight: options.int32(2, 0),
          dilationWidth: options.int32(5, 1),
          dilationHeight: options.int32(6, 1),
        };
        const [, filterHeight, filterWidth] = weights.shape as [number, number, number];
        const [, height, width] = input.shape as [number, number, number];
        const padding = options.int8(0, 0);
        require(padding === 0 || padding === 1, `padding ${padding} is neither SAME nor VALID`);
        return {
          attributes: {
            ...attributes,
            padding: explicitPadding(padding === 0 ? "same" : "valid", height, width, {
              ...attributes,
              filterHeight,
              filterWidth,
            }),
            activation: tfliteActivation(options.int8(4, 0)),
          },
        };
      },
    },
  ],
  quantization: { output: "calibrated", weights: { input: 1, axis: 3 }, bias: 2 },
  infer(node): TensorType[] {
    const g = geometry(node);
    require(g.input.dtype === "int8" ||
      g.input.dtype === "float32", `input is ${g.input.dtype}; int8 or float32 is expected`);
    if (g.input.dtype === "int8") {
      checkInt8Weights(g.weights, 3, g.outputChannels, g.bias);
      for (const tensor of [g.input, ...node.outputs]) int8Parameters(tensor);
    } else {
      require(g.weights.dtype === "float32", `weights are ${g.weights.dtype}; float32 is expected`);
      checkBias(g.bias, g.outputChannels, "float32");
    }
    return [{ dtype: g.input.dtype, shape: [g.batches, g.outputHeight, g.outputWidth, g.outputChannels] }];
  },
  macs(node) {
    const g = geometry(node);
    return g.batches * g.outputHeight * g.outputWidth * elementCount(g.weights.shape);
  },
  scratchBytes(node) {
    const product = asPatchProduct(node);
    if (product !== undefined)
      return patchScratchBytes(product, largestMagnitude(node.inputs[1]?.data as Int8Array));
    const { window: w, outputWidth } = geometry(node);
    const span = (outputWidth - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1;
    const tileBytes = tileHeaderBytes + roundUp(w.filterHeight * w.filterWidth * 4, 16);
    return [roundUp(w.filterHeight * span * 8 + tileBytes + 1, 8)];
  },
  reference(node, [input, weights, bias]) {
    const g = geometry(node);
    const { window: w, padding } = g;
    if (input === undefined || weights === undefined) throw new Refused("input or weights are missing");
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
    const product = asPatchProduct(node);
    if (product !== undefined) {
      const tiles = packTiles(
        g.outputChannels,
        taps,
        (n, tap) => data[tap * g.outputChannels + n] as number,
        constants,
      );
      return emitPatchProduct(
        product,
        g.input,
        output,
        node.attributes.activation,
        maxWeight,
        tiles,
        placement,
      );
    }
    const range = int8ActivationRange(node.attributes.activation, output);
    const plain = isPlain3x3(g);
    return [
      {
        module: "kernels/depthwise-conv-2d",
        kernel: plain ? "depthwiseConv2d3x3Int8" : "depthwiseConv2dInt8",
        arguments: {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          scratch: placement.scratch,
          weights: placement.weights(packChannelTiles(taps, g.outputChannels, data, constants)),
          batches: g.batches,
          inputHeight: g.inputHeight,
          inputWidth: g.inputWidth,
          inputChannels: g.inputChannels,
          outputHeight: g.outputHeight,
          outputWidth: g.outputWidth,
          multiplier: g.multiplier,
          ...(plain ? {} : { filterHeight: g.window.filterHeight, filterWidth: g.window.filterWidth }),
          strideHeight: g.window.strideHeight,
          strideWidth: g.window.strideWidth,
          ...(plain
            ? {}
            : { dilationHeight: g.window.dilationHeight, dilationWidth: g.window.dilationWidth }),
          padTop: g.padding.top,
          padLeft: g.padding.left,
          inputZeroPoint: int8Parameters(g.input).zeroPoint,
          outputZeroPoint: int8Parameters(output).zeroPoint,
          low: range.low,
          high: range.high,
          ...(plain ? {} : { chunk: laneCapacity(maxWeight) }),
        },
      },
    ];
  },
};
