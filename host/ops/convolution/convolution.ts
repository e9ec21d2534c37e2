import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor, TensorType } from "../../graph/tensor.js";
import { type Padding, slide, type Window, windowAxis, windowPart } from "../../numerics/window.js";
import type { AxisRange, PartialNode } from "../operator.js";
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

/**
 * Some rows (axis 1) or columns (axis 2) of a convolution: what they take of the input, and the padding that is left. Undefined
 * for other axes, and where it is padding alone.
 */
export function partialWindow<A extends { padding: Padding }>(
  attributes: A,
  { input, window, padding }: Pick<ConvolutionGeometry, "input" | "window" | "padding">,
  { axis, first, count }: AxisRange,
): { attributes: A; input: AxisRange } | undefined {
  if (axis !== 1 && axis !== 2) return undefined;
  const along = windowAxis(window, padding, axis);
  const part = windowPart(along, input.shape[axis] as number, first, count);
  if (part === undefined) return undefined;
  const [before, after] = along.sides;
  return {
    attributes: { ...attributes, padding: { ...padding, [before]: part.before, [after]: part.after } },
    input: { axis, first: part.first, count: part.count },
  };
}

/** As `partialWindow`, of a convolution with all of its weights. */
export function partialConvolution(
  { attributes, inputs }: BoundNode<ConvolutionAttributes>,
  geometry: ConvolutionGeometry,
  range: AxisRange,
): PartialNode<ConvolutionAttributes> | undefined {
  const part = partialWindow(attributes, geometry, range);
  return (
    part && { attributes: part.attributes, inputs: inputs.map((_, i) => (i === 0 ? part.input : undefined)) }
  );
}
