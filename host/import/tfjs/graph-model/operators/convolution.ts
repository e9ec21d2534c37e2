import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { averagePool2d } from "../../../../ops/convolution/average-pool-2d.js";
import type { ConvolutionAttributes } from "../../../../ops/convolution/convolution.js";
import { depthwiseConv2d } from "../../../../ops/convolution/depthwise-conv-2d.js";
import { maxPool2d } from "../../../../ops/convolution/max-pool-2d.js";
import { transposeConv2d } from "../../../../ops/convolution/transpose-conv-2d.js";
import { convolve as convolved } from "../../../compose/convolve.js";
import { reshaped, transposed } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import { type FusedWork, finishing, noFusedWork, readFusedWork } from "./fused.js";
import type { TensorflowMapping, TensorflowNode } from "./mapping.js";
import { asChannelsLast, paddingOf, spatialPair } from "./windows.js";

/** Attributes of a convolution by weights of that height and width. */
function attributesOf(
  node: TensorflowNode,
  picture: Tensor,
  { shape: [filterHeight = 0, filterWidth = 0] }: Tensor,
  activation: ConvolutionAttributes["activation"],
): ConvolutionAttributes {
  const [strideHeight, strideWidth] = spatialPair(node, "strides");
  const [dilationHeight, dilationWidth] = spatialPair(node, "dilations");
  const steps = { strideHeight, strideWidth, dilationHeight, dilationWidth };
  const window = { ...steps, filterHeight, filterWidth };
  return { ...steps, activation, padding: paddingOf(node, picture.shape, window) };
}

/** Weights of four axes. Throws `NotRunnable`. */
function weightsOf(node: TensorflowNode, position = 1): Tensor {
  const weights = node.input(position);
  requireThat(weights.shape.length === 4, `the weights have ${weights.shape.length} axes; 4 are expected`);
  return weights;
}

/** A convolution by weights HWIO, in groups where these take fewer channels than there are. */
function convolve(node: TensorflowNode, write: GraphWriter, work: FusedWork): Tensor {
  const weights = weightsOf(node);
  return asChannelsLast(node, write, node.input(0), (picture) => {
    const filters = transposed(write, weights, [3, 0, 1, 2]);
    const attributes = attributesOf(node, picture, weights, work.activation);
    return work.finish(convolved(write, picture, filters, work.bias, attributes));
  });
}

/** A depthwise convolution by weights [height, width, channels, multiplier]. */
function convolveDepthwise(node: TensorflowNode, write: GraphWriter, work: FusedWork): Tensor {
  const weights = weightsOf(node);
  const [height, width, channels, multiplier] = weights.shape as [number, number, number, number];
  return asChannelsLast(node, write, node.input(0), (picture) => {
    const filters = reshaped(write, weights, [1, height, width, channels * multiplier]);
    const attributes = attributesOf(node, picture, weights, work.activation);
    return work.finish(write.node(depthwiseConv2d, attributes, [picture, filters, work.bias]));
  });
}

/** The gradient of a convolution by its input: a transposed convolution by weights [height, width, outputs, inputs]. */
function convolveTransposed(node: TensorflowNode, write: GraphWriter): Tensor {
  const size = node.numbers(0, "size of the output");
  const weights = weightsOf(node);
  const [filterHeight, filterWidth] = weights.shape as [number, number];
  const lengths = node.isChannelsFirst() ? size.slice(-2) : size.slice(-3, -1);
  const [outputHeight, outputWidth] = lengths;
  if (outputHeight === undefined || outputWidth === undefined)
    throw new NotRunnable(`the size of the output has ${size.length} numbers; 4 are expected`);
  const [strideHeight, strideWidth] = spatialPair(node, "strides");
  const [down, across] = spatialPair(node, "dilations");
  requireThat(down === 1 && across === 1, `dilations of ${down}x${across} are not supported`);
  const strides = { strideHeight, strideWidth };
  const window = { ...strides, filterHeight, filterWidth, dilationHeight: 1, dilationWidth: 1 };
  return asChannelsLast(node, write, node.input(2), (picture) => {
    const padding = paddingOf(node, [1, outputHeight, outputWidth, 1], window);
    return write.node(
      transposeConv2d,
      { ...strides, padding, outputHeight, outputWidth, activation: "none" },
      [picture, transposed(write, weights, [2, 0, 1, 3])],
    );
  });
}

/** A pool. */
function pool(operator: string, core: typeof maxPool2d): TensorflowMapping {
  return {
    operator,
    becomes: [core.name],
    read: (node, write) =>
      asChannelsLast(node, write, node.input(0), (picture) => {
        const [filterHeight, filterWidth] = spatialPair(node, "ksize");
        const [strideHeight, strideWidth] = spatialPair(node, "strides");
        const sizes = { filterHeight, filterWidth, strideHeight, strideWidth };
        const padding = paddingOf(node, picture.shape, { ...sizes, dilationHeight: 1, dilationWidth: 1 });
        return write.node(core, { ...sizes, padding, activation: "none" }, [picture]);
      }),
  };
}

/** Convolutions and pools. */
export const convolution: readonly TensorflowMapping[] = [
  {
    operator: "Conv2D",
    becomes: ["conv2d", "depthwiseConv2d"],
    read: (node, write) => convolve(node, write, noFusedWork),
  },
  {
    operator: "_FusedConv2D",
    becomes: ["conv2d", "depthwiseConv2d", ...finishing],
    read: (node, write) => convolve(node, write, readFusedWork(node, write, 2)),
  },
  {
    operator: "DepthwiseConv2dNative",
    becomes: ["depthwiseConv2d"],
    read: (node, write) => convolveDepthwise(node, write, noFusedWork),
  },
  {
    operator: "FusedDepthwiseConv2dNative",
    becomes: ["depthwiseConv2d", ...finishing],
    read: (node, write) => convolveDepthwise(node, write, readFusedWork(node, write, 2)),
  },
  { operator: "Conv2DBackpropInput", becomes: ["transposeConv2d"], read: convolveTransposed },
  pool("MaxPool", maxPool2d),
  pool("AvgPool", averagePool2d),
];
