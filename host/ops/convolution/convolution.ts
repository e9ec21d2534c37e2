import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor, TensorType } from "../../graph/tensor.js";
import { type Padding, slide, type Window } from "../../numerics/window.js";
import { checkWeightedDtypes } from "../weights.js";

/** Attributes of a 2-d convolution, depthwise or not; the filter's height and width come from the weights. */
export interface ConvolutionAttributes {
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padding: Padding;
  activation: FusedActivation;
}

/** A convolution's tensors and numbers, looked up once. */
export interface ConvolutionGeometry {
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
  padding: Padding;
}

/**
 * Looks up and checks a convolution's geometry. Weights are [.., filterHeight, filterWidth, ..]; which of their outer
 * axes counts output channels is told by `outputAxis`: 0 for OHWI, 3 for a depthwise filter. Throws `NotRunnable`.
 */
export function convolutionGeometry(
  node: BoundNode<ConvolutionAttributes>,
  outputAxis: 0 | 3,
): ConvolutionGeometry {
  const [input, weights, bias] = node.inputs;
  if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
  requireThat(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
  requireThat(weights.shape.length === 4, `weights have rank ${weights.shape.length}; 4 is expected`);
  const [batches, inputHeight, inputWidth, inputChannels] = input.shape as [number, number, number, number];
  const [, filterHeight, filterWidth] = weights.shape as [number, number, number];
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
    outputChannels: weights.shape[outputAxis] as number,
    window,
    padding,
  };
}

/** Type of the output, once dtypes, weights, bias and quantization parameters are checked. Throws `NotRunnable`. */
export function inferConvolution(
  node: BoundNode<ConvolutionAttributes>,
  g: ConvolutionGeometry,
  outputAxis: 0 | 3,
): TensorType[] {
  const { dtype } = g.input;
  checkWeightedDtypes(node, outputAxis, g.outputChannels);
  return [{ dtype, shape: [g.batches, g.outputHeight, g.outputWidth, g.outputChannels] }];
}
