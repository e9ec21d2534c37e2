import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import type { ConvolutionAttributes } from "../../../ops/convolution/convolution.js";
import { transposeConv2d } from "../../../ops/convolution/transpose-conv-2d.js";
import { pad } from "../../../ops/movement/pad.js";
import { sumOf } from "../../compose/arithmetic.js";
import { convolve } from "../../compose/convolve.js";
import { joined, reshaped, sliced, transposed } from "../../compose/movement.js";
import type { GraphWriter } from "../../graph-writer.js";
import { withIntegerWeights } from "./integer-weights.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";
import { convolveVolume } from "./volumes.js";
import {
  channelsFirst,
  channelsLast,
  filtersLast,
  type Pair,
  padsOf,
  pairOf,
  readWindow,
  spatialAxes,
} from "./windows.js";

/** The numbers of a convolution with weights [M, H, W, C]. */
export function convolutionAttributes(
  node: OnnxNode,
  axes: number,
  picture: Tensor,
  [height, width]: Pair,
): ConvolutionAttributes {
  const [, inputHeight, inputWidth] = picture.shape as [number, number, number];
  const { strides, dilations, padding } = readWindow(node, axes, [height, width], [inputHeight, inputWidth]);
  return {
    strideHeight: strides[0],
    strideWidth: strides[1],
    dilationHeight: dilations[0],
    dilationWidth: dilations[1],
    padding,
    activation: "none",
  };
}

/** Throws `NotRunnable` where the weights' channels are not those of the groups. */
export function requireGroups(node: OnnxNode, input: Tensor, weights: Tensor): number {
  const groups = node.integer("group", 1);
  const [channels = 0, depth = 0] = [input.shape[1], weights.shape[1]];
  requireThat(
    groups >= 1 && depth * groups === channels,
    `weights take ${depth} channels in ${groups} groups; the input has ${channels}`,
  );
  return groups;
}

function readConv(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, weights, bias] = [node.input(0), node.input(1), node.inputs[2]];
  requireGroups(node, input, weights);
  if (input.shape.length === 5 && weights.shape.length === 5)
    return convolveVolume(node, write, input, weights, bias);
  const axes = spatialAxes(input);
  const picture = channelsLast(write, input);
  const filters = filtersLast(write, weights, axes);
  const [, height, width] = filters.shape as [number, number, number];
  const attributes = convolutionAttributes(node, axes, picture, [height, width]);
  return channelsFirst(write, convolve(write, picture, filters, bias, attributes), axes);
}

/** Weights with so many pixels between the taps, as zeros. */
function dilated(write: GraphWriter, filters: Tensor, [down, across]: Pair): Tensor {
  if (down === 1 && across === 1) return filters;
  const [outputs, height, width, channels] = filters.shape as [number, number, number, number];
  const spread = write.node(
    pad,
    { before: [0, 0, 0, 0, 0, 0], after: [0, 0, down - 1, 0, across - 1, 0], value: 0 },
    [reshaped(write, filters, [outputs, height, 1, width, 1, channels])],
  );
  const whole = reshaped(write, spread, [outputs, height * down, width * across, channels]);
  const rows = sliced(write, whole, 1, 0, (height - 1) * down + 1);
  return sliced(write, rows, 2, 0, (width - 1) * across + 1);
}

/** Lengths of a transposed convolution's output, and what of the whole is cut off before. */
function transposedLength(
  length: number,
  {
    kernel,
    stride,
    pads,
    extra,
    stated,
    atEnd,
  }: {
    kernel: number;
    stride: number;
    pads: readonly [before: number, after: number];
    extra: number;
    stated: number | undefined;
    atEnd: boolean | undefined;
  },
): { output: number; before: number; after: number } {
  const whole = stride * (length - 1) + kernel + extra;
  const output = stated ?? (atEnd === undefined ? whole - pads[0] - pads[1] : length * stride);
  if (stated === undefined && atEnd === undefined) return { output, before: pads[0], after: pads[1] };
  const cut = Math.max(whole - output, 0);
  const before = atEnd === true ? Math.floor(cut / 2) : cut - Math.floor(cut / 2);
  return { output, before, after: cut - before };
}

function readConvTranspose(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, weights, bias] = [node.input(0), node.input(1), node.inputs[2]];
  const axes = spatialAxes(input);
  const groups = node.integer("group", 1);
  const [channels = 0, perGroup = 0] = weights.shape;
  requireThat(
    channels === input.shape[1],
    `weights take ${channels} channels; the input has ${input.shape[1]}`,
  );
  requireThat(channels % groups === 0, `${channels} channels do not part into ${groups} groups`);
  const picture = channelsLast(write, input);
  // [C, M, H, W] is [M, H, W, C] of each group.
  const filters = dilated(
    write,
    transposed(write, filtersLast(write, weights, axes), [3, 1, 2, 0]),
    pairOf(node, "dilations", axes, 1),
  );
  const [, height, width] = filters.shape as [number, number, number];
  const [, inputHeight, inputWidth] = picture.shape as [number, number, number];
  const strides = pairOf(node, "strides", axes, 1);
  const extra = pairOf(node, "output_padding", axes, 0);
  const stated = node.integers("output_shape");
  const auto = node.text("auto_pad", "NOTSET");
  const atEnd = auto === "SAME_UPPER" ? true : auto === "SAME_LOWER" ? false : undefined;
  const [before, after] =
    auto === "VALID"
      ? ([
          [0, 0],
          [0, 0],
        ] as const)
      : padsOf(node, axes);
  const along = (axis: 0 | 1, length: number, kernel: number) =>
    transposedLength(length, {
      kernel,
      stride: strides[axis],
      pads: [before[axis], after[axis]],
      extra: extra[axis],
      stated: stated?.slice(-axes)[axes === 1 ? axis - 1 : axis],
      atEnd,
    });
  const [down, across] = [along(0, inputHeight, height), along(1, inputWidth, width)];
  const attributes = {
    strideHeight: strides[0],
    strideWidth: strides[1],
    padding: { top: down.before, bottom: down.after, left: across.before, right: across.after },
    outputHeight: down.output,
    outputWidth: across.output,
    activation: "none" as const,
  };
  const depth = channels / groups;
  const parts = Array.from({ length: groups }, (_, group) => {
    const part = groups === 1 ? picture : sliced(write, picture, 3, group * depth, depth);
    const own = groups === 1 ? filters : sliced(write, filters, 3, group * depth, depth);
    const ownBias =
      bias === undefined || groups === 1 ? bias : sliced(write, bias, 0, group * perGroup, perGroup);
    if (ownBias !== undefined && ownBias.data === undefined)
      throw new NotRunnable("the bias must be constant");
    return write.node(transposeConv2d, attributes, [part, own, ownBias]);
  });
  return channelsFirst(write, joined(write, parts, 3), axes);
}

/** Weights that came as integers stay integers; a bias that is no constant is added behind. */
function withBias(readFloat: (node: OnnxNode, write: GraphWriter) => Tensor): OnnxMapping["read"] {
  const read = withIntegerWeights(readFloat);
  return (node, write) => {
    const bias = node.inputs[2];
    if (bias === undefined || bias.data !== undefined) return read(node, write);
    const output = read(node.withInputs(node.inputs.slice(0, 2)), write);
    const ones = output.shape.slice(2).map(() => 1);
    return sumOf(write, output, reshaped(write, bias, [elementCount(bias.shape), ...ones]));
  };
}

/** Convolutions. */
export const convolution: readonly OnnxMapping[] = [
  { operator: "Conv", becomes: ["conv2d", "depthwiseConv2d", "pad", "add"], read: withBias(readConv) },
  {
    operator: "ConvTranspose",
    becomes: ["transposeConv2d", "pad", "add"],
    read: withBias(readConvTranspose),
  },
];
