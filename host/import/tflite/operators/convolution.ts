import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { explicitPadding, type Padding } from "../../../numerics/window.js";
import type { ConvolutionAttributes } from "../../../ops/convolution/convolution.js";
import { type Pool2dAttributes, poolWindow } from "../../../ops/convolution/pool-2d.js";
import type { TransposeConvAttributes } from "../../../ops/convolution/transpose-conv-2d.js";
import { tfliteActivation } from "./activation.js";
import type { TfliteMapping, TfliteNode, TfliteOptions, Translation } from "./mapping.js";

/** TFLite's `Padding` as it is called, from field 0 of a window's options. */
function paddingKind(options: TfliteOptions): "same" | "valid" {
  const kind = options.int8(0, 0);
  requireThat(kind === 0 || kind === 1, `padding ${kind} is neither SAME nor VALID`);
  return kind === 0 ? "same" : "valid";
}

/**
 * Attributes from TFLite's options, in which padding, width and height of the stride are fields 0, 1 and 2.
 *
 * @param fields where the fused activation and the width of the dilation are; its height is the next field
 * @throws `NotRunnable`
 */
function readConvolution(
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
  const window = { ...steps, filterHeight, filterWidth };
  return {
    ...steps,
    padding: explicitPadding(paddingKind(options), height, width, window),
    activation: tfliteActivation(options.int8(fields.activation, 0)),
  };
}

/** Lengths of a transposed convolution's output: those that its first input states, else the declared ones. */
function transposedShape({ inputs: [stated], outputs: [output] }: TfliteNode): readonly number[] {
  return stated?.data === undefined ? (output?.shape ?? []) : Array.from(stated.data, Number);
}

/** A transposed convolution, whose inputs are the output's shape, weights, input and bias. */
function readTransposeConv(node: TfliteNode): Translation {
  const { options, inputs } = node;
  const [, weights, input, bias] = inputs;
  const shape = transposedShape(node);
  if (input === undefined || weights?.shape.length !== 4 || shape.length !== 4)
    throw new NotRunnable("an input, weights and an output of rank 4 are expected");
  const strides = { strideWidth: options.int32(1, 0), strideHeight: options.int32(2, 0) };
  const [, filterHeight, filterWidth] = weights.shape as [number, number, number];
  const [, outputHeight, outputWidth] = shape as [number, number, number];
  const window = { ...strides, filterHeight, filterWidth, dilationHeight: 1, dilationWidth: 1 };
  const attributes: TransposeConvAttributes = {
    ...strides,
    padding: explicitPadding(paddingKind(options), outputHeight, outputWidth, window),
    outputHeight,
    outputWidth,
    activation: tfliteActivation(options.int8(3, 0)),
  };
  return { operator: "transposeConv2d", attributes, inputs: [input, weights, bias] };
}

/** A pool, whose options are `Pool2DOptions`. */
function pool(builtin: string, operator: string): TfliteMapping {
  return {
    builtin,
    optionsType: 5,
    maxVersion: 3,
    becomes: [operator],
    read({ options, inputs, wasUnsigned }) {
      const [input] = inputs;
      if (input === undefined) throw new NotRunnable("the input is missing");
      requireThat(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
      const none: Padding = { top: 0, bottom: 0, left: 0, right: 0 };
      const attributes: Pool2dAttributes = {
        strideWidth: options.int32(1, 0),
        strideHeight: options.int32(2, 0),
        filterWidth: options.int32(3, 0),
        filterHeight: options.int32(4, 0),
        activation: tfliteActivation(options.int8(5, 0)),
        padding: none,
        ...(operator === "averagePool2d" && wasUnsigned(input) ? { halves: "up" } : {}),
      };
      const [, height, width] = input.shape as [number, number, number, number];
      const padding = explicitPadding(paddingKind(options), height, width, poolWindow(attributes));
      return { operator, attributes: { ...attributes, padding } };
    },
  };
}

/** Convolutions and pools. */
export const convolution: readonly TfliteMapping[] = [
  {
    builtin: "CONV_2D",
    optionsType: 1,
    maxVersion: 8,
    becomes: ["conv2d"],
    read: (node) => ({
      operator: "conv2d",
      attributes: readConvolution(node, { activation: 3, dilation: 4 }),
    }),
  },
  {
    builtin: "DEPTHWISE_CONV_2D",
    optionsType: 2,
    maxVersion: 7,
    becomes: ["depthwiseConv2d"],
    read: (node) => ({
      operator: "depthwiseConv2d",
      attributes: readConvolution(node, { activation: 4, dilation: 5 }),
    }),
  },
  {
    builtin: "TRANSPOSE_CONV",
    optionsType: 49,
    maxVersion: 5,
    becomes: ["transposeConv2d"],
    read: readTransposeConv,
  },
  pool("AVERAGE_POOL_2D", "averagePool2d"),
  pool("MAX_POOL_2D", "maxPool2d"),
  pool("L2_POOL_2D", "l2Pool2d"),
];
