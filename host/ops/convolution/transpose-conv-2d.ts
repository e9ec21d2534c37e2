import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { applyActivation } from "../../numerics/requantization.js";
import { type Padding, slide } from "../../numerics/window.js";
import type { Operator } from "../operator.js";
import { checkDepth, checkWeightedDtypes } from "../weights.js";

/** Attributes of a transposed 2-d convolution; the filter's height and width come from the weights. */
export interface TransposeConvAttributes {
  strideHeight: number;
  strideWidth: number;
  /** What the convolution that this one is the transpose of would pad its input, this one's output, with. */
  padding: Padding;
  outputHeight: number;
  outputWidth: number;
  activation: FusedActivation;
}

/** Looks up and checks a transposed convolution's tensors and numbers. Throws `NotRunnable`. */
export function transposeConvGeometry(node: BoundNode<TransposeConvAttributes>) {
  const [input, weights, bias] = node.inputs as readonly (Tensor | undefined)[];
  if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
  requireThat(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
  requireThat(weights.shape.length === 4, `weights have rank ${weights.shape.length}; 4 is expected`);
  const [batches, inputHeight, inputWidth, inputChannels] = input.shape as [number, number, number, number];
  const [outputChannels, filterHeight, filterWidth, channels] = weights.shape as [
    number,
    number,
    number,
    number,
  ];
  requireThat(
    channels === inputChannels,
    `weights take ${channels} channels, the input has ${inputChannels}`,
  );
  const { strideHeight, strideWidth, padding, outputHeight, outputWidth } = node.attributes;
  const window = {
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight: 1,
    dilationWidth: 1,
  };
  slide(outputHeight, outputWidth, window, padding);
  requireThat(
    padding.top < filterHeight && padding.left < filterWidth,
    `padding reaches over a whole filter of ${filterHeight}x${filterWidth}`,
  );
  return {
    input,
    weights,
    bias,
    batches,
    inputHeight,
    inputWidth,
    inputChannels,
    outputHeight,
    outputWidth,
    outputChannels,
    filterHeight,
    filterWidth,
  };
}

/**
 * Transposed 2-d convolution, NHWC by OHWI: every input pixel adds its products to the outputs of one filter's window,
 * those of neighbouring pixels a stride apart; with an optional bias and a fused activation.
 *
 * Source: TFLite reference kernel `TransposeConv`.
 */
export const transposeConv2d: Operator<TransposeConvAttributes> = {
  name: "transposeConv2d",
  quantization: { output: "calibrated", weights: { input: 1, axis: 0 }, bias: 2 },
  infer(node) {
    const g = transposeConvGeometry(node);
    checkWeightedDtypes(node, 0, g.outputChannels);
    checkDepth(g.weights, elementCount(g.weights.shape.slice(1)));
    const shape = [g.batches, g.outputHeight, g.outputWidth, g.outputChannels];
    return [{ dtype: g.input.dtype, shape }];
  },
  macs(node) {
    const g = transposeConvGeometry(node);
    return g.batches * g.inputHeight * g.inputWidth * elementCount(g.weights.shape);
  },
  reference(node, [input, weights, bias]) {
    const g = transposeConvGeometry(node);
    const { strideHeight, strideWidth, padding, activation } = node.attributes;
    if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
    const depth = g.inputChannels;
    const sums = new Float32Array(g.batches * g.outputHeight * g.outputWidth * g.outputChannels);
    for (let pixel = 0; pixel < g.batches * g.inputHeight * g.inputWidth; pixel++) {
      const row = Math.floor(pixel / g.inputWidth);
      const x0 = (pixel % g.inputWidth) * strideWidth - padding.left;
      const y0 = (row % g.inputHeight) * strideHeight - padding.top;
      const image = Math.floor(row / g.inputHeight) * g.outputHeight;
      for (let tap = 0; tap < g.filterHeight * g.filterWidth; tap++) {
        const y = y0 + Math.floor(tap / g.filterWidth);
        const x = x0 + (tap % g.filterWidth);
        if (y < 0 || y >= g.outputHeight || x < 0 || x >= g.outputWidth) continue;
        const to = ((image + y) * g.outputWidth + x) * g.outputChannels;
        for (let n = 0; n < g.outputChannels; n++) {
          const from = (n * g.filterHeight * g.filterWidth + tap) * depth;
          let sum = sums[to + n] as number;
          for (let c = 0; c < depth; c++)
            sum += (input[pixel * depth + c] as number) * (weights[from + c] as number);
          sums[to + n] = sum;
        }
      }
    }
    return [sums.map((sum, i) => applyActivation(activation, sum + (bias?.[i % g.outputChannels] ?? 0)))];
  },
};
