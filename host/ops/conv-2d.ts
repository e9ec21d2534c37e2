import type { BoundNode, FusedActivation } from "../graph/node.js";
import { elementCount, type Tensor, type TensorType } from "../graph/tensor.js";
import { type KernelCall, type Operator, type Placement, Refused, require } from "./operator.js";
import { applyActivation, int8ActivationRange, int8Parameters, tfliteActivation } from "./requantization.js";
import {
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

/** Attributes of a 2-d convolution; the filter's height and width come from the weights, OHWI. */
export interface Conv2dAttributes {
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padding: Padding;
  activation: FusedActivation;
}

/** A convolution's numbers, looked up once. */
interface Geometry {
  input: Tensor;
  weights: Tensor;
  bias: Tensor | undefined;
  batches: number;
  inputHeight: number;
  inputWidth: number;
  inputChannels: number;
  outputHeight: number;
  outputWidth: number;
  outputChannels: number;
  window: Window;
}

function geometry(node: BoundNode<Conv2dAttributes>): Geometry {
  const [input, weights, bias] = node.inputs;
  if (input === undefined || weights === undefined) throw new Refused("input or weights are missing");
  require(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
  require(weights.shape.length === 4, `weights have rank ${weights.shape.length}; 4 is expected`);
  const [batches, inputHeight, inputWidth, inputChannels] = input.shape as [number, number, number, number];
  const [outputChannels, filterHeight, filterWidth, filterChannels] = weights.shape as [
    number,
    number,
    number,
    number,
  ];
  require(filterChannels ===
    inputChannels, `weights take ${filterChannels} channels, the input has ${inputChannels} (grouped convolution is not supported)`);
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padding } = node.attributes;
  const window = { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth };
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
    window,
  };
}

/** Arguments of `conv2dInt8`, shared with the depthwise convolution of a single channel. */
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

/** Scratch sizes of `conv2dInt8`: small chunks of a long patch's tile, the lanes' capacity, the whole tile. */
export function patchScratchBytes(product: PatchProduct, maxWeight: number): number[] {
  const depth = roundUp(depthOf(product), 4);
  const capacity = laneCapacity(maxWeight);
  const zeroRow = reachesOver(product) ? product.inputChannels : 0;
  const chunks = depth <= capacity ? 1 : Math.ceil(depth / Math.min(32, capacity));
  const smallest = roundUp(Math.ceil(depth / chunks), 4);
  const sizes = [smallest, Math.min(depth, capacity)].map((chunk) =>
    roundUp(depth * 8 + tileHeaderBytes + chunk * 4 + zeroRow, 8),
  );
  return [...new Set(sizes)];
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
  const spare = placement.scratchBytes - depth * 8 - tileHeaderBytes - zeroRow;
  const chunk = Math.min(depth, laneCapacity(maxWeight), Math.floor(spare / 16) * 4);
  const range = int8ActivationRange(activation, output);
  return [
    {
      module: "kernels/conv-2d",
      kernel: "conv2dInt8",
      arguments: {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        scratch: placement.scratch,
        zeroRow: zeroRow > 0 ? placement.scratch + depth * 8 + tileHeaderBytes + chunk * 4 : 0,
        weights: placement.weights(tiles),
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
    },
  ];
}

function productOf(node: BoundNode<Conv2dAttributes>): PatchProduct {
  return { ...geometry(node), padding: node.attributes.padding };
}

/** 2-d convolution, NHWC by OHWI, with an optional bias and a fused activation. */
export const conv2d: Operator<Conv2dAttributes> = {
  name: "conv2d",
  tflite: [
    {
      builtin: "CONV_2D",
      optionsType: 1,
      maxVersion: 8,
      read({ options, inputs }) {
        const [input, weights] = inputs;
        if (input === undefined || weights === undefined) throw new Refused("input or weights are missing");
        require(input.shape.length === 4 &&
          weights.shape.length === 4, "input and weights of rank 4 are expected");
        const attributes = {
          strideWidth: options.int32(1, 0),
          strideHeight: options.int32(2, 0),
          dilationWidth: options.int32(4, 1),
          dilationHeight: options.int32(5, 1),
        };
        const window = {
          ...attributes,
          filterHeight: weights.shape[1] as number,
          filterWidth: weights.shape[2] as number,
        };
        const padding = options.int8(0, 0);
        require(padding === 0 || padding === 1, `padding ${padding} is neither SAME nor VALID`);
        return {
          attributes: {
            ...attributes,
            padding: explicitPadding(
              padding === 0 ? "same" : "valid",
              input.shape[1] as number,
              input.shape[2] as number,
              window,
            ),
            activation: tfliteActivation(options.int8(3, 0)),
          },
        };
      },
    },
  ],
  quantization: { output: "calibrated", weights: { input: 1, axis: 0 }, bias: 2 },
  infer(node): TensorType[] {
    const g = geometry(node);
    require(g.input.dtype === "int8" ||
      g.input.dtype === "float32", `input is ${g.input.dtype}; int8 or float32 is expected`);
    if (g.input.dtype === "int8") {
      checkInt8Weights(g.weights, 0, g.outputChannels, g.bias);
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
    return patchScratchBytes(productOf(node), largestMagnitude(node.inputs[1]?.data as Int8Array));
  },
  reference(node, [input, weights, bias]) {
    const g = geometry(node);
    const { padding, activation } = node.attributes;
    const { window: w } = g;
    if (input === undefined || weights === undefined) throw new Refused("input or weights are missing");
    const output = new Float32Array(g.batches * g.outputHeight * g.outputWidth * g.outputChannels);
    let at = 0;
    for (let b = 0; b < g.batches; b++) {
      for (let y = 0; y < g.outputHeight; y++) {
        for (let x = 0; x < g.outputWidth; x++) {
          for (let n = 0; n < g.outputChannels; n++) {
            let sum = bias?.[n] ?? 0;
            for (let fy = 0; fy < w.filterHeight; fy++) {
              const iy = y * w.strideHeight - padding.top + fy * w.dilationHeight;
              if (iy < 0 || iy >= g.inputHeight) continue;
              for (let fx = 0; fx < w.filterWidth; fx++) {
                const ix = x * w.strideWidth - padding.left + fx * w.dilationWidth;
                if (ix < 0 || ix >= g.inputWidth) continue;
                const from = ((b * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels;
                const tap = ((n * w.filterHeight + fy) * w.filterWidth + fx) * g.inputChannels;
                for (let c = 0; c < g.inputChannels; c++) {
                  sum += (input[from + c] as number) * (weights[tap + c] as number);
                }
              }
            }
            output[at++] = applyActivation(activation, sum);
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
    const product = productOf(node);
    const depth = depthOf(product);
    const constants = channelConstants(g.input, g.weights, g.bias, output, g.outputChannels, (n) => {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += data[n * depth + k] as number;
      return sum;
    });
    const tiles = packTiles(g.outputChannels, depth, (n, k) => data[n * depth + k] as number, constants);
    const maxWeight = largestMagnitude(data);
    return emitPatchProduct(
      product,
      g.input,
      output,
      node.attributes.activation,
      maxWeight,
      tiles,
      placement,
    );
  },
};
