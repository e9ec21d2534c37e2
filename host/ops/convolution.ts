import type { BoundNode, FusedActivation } from "../graph/node.js";
import type { Tensor, TensorType } from "../graph/tensor.js";
import { NotRunnable, requireThat, type TfliteNode } from "./operator.js";
import { int8Parameters, tfliteActivation } from "./requantization.js";
import { checkBias, checkInt8Weights } from "./weight-tiles.js";
import { explicitPadding, type Padding, slide, type Window } from "./window.js";

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

/**
 * Checks dtypes and quantization of a node with an input, weights and an optional bias: all float32, or int8 with
 * symmetric int8 weights and an int32 bias. Throws `NotRunnable`.
 */
export function checkWeightedDtypes(node: BoundNode, outputAxis: number, channels: number): void {
  const [input, weights, bias] = node.inputs as readonly [Tensor, Tensor, Tensor | undefined];
  if (input.dtype === "int8") {
    checkInt8Weights(weights, outputAxis, channels, bias);
    for (const tensor of [input, ...node.outputs]) int8Parameters(tensor);
  } else if (input.dtype === "float32") {
    requireThat(weights.dtype === "float32", `weights are ${weights.dtype}; float32 is expected`);
    checkBias(bias, channels, "float32");
  } else {
    throw new NotRunnable(`input is ${input.dtype}; int8 or float32 is expected`);
  }
}

/**
 * Attributes from TFLite's options, in which padding, width and height of the stride are fields 0, 1 and 2.
 *
 * @param fields where the fused activation and the width of the dilation are; its height is the next field
 * @throws `NotRunnable`
 */
export function readTfliteConvolution(
  { options, inputs }: TfliteNode,
  fields: { activation: number; dilation: number },
): ConvolutionAttributes {
  const [input, weights] = inputs;
  if (input?.shape.length !== 4 || weights?.shape.length !== 4) {
    throw new NotRunnable("input and weights of rank 4 are expected");
  }
  const steps = {
    strideWidth: options.int32(1, 0),
    strideHeight: options.int32(2, 0),
    dilationWidth: options.int32(fields.dilation, 1),
    dilationHeight: options.int32(fields.dilation + 1, 1),
  };
  const [, filterHeight, filterWidth] = weights.shape as [number, number, number];
  const [, height, width] = input.shape as [number, number, number];
  const kind = options.int8(0, 0);
  requireThat(kind === 0 || kind === 1, `padding ${kind} is neither SAME nor VALID`);
  const window = { ...steps, filterHeight, filterWidth };
  return {
    ...steps,
    padding: explicitPadding(kind === 0 ? "same" : "valid", height, width, window),
    activation: tfliteActivation(options.int8(fields.activation, 0)),
  };
}
