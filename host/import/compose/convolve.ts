import type { Tensor } from "../../graph/tensor.js";
import { conv2d } from "../../ops/convolution/conv-2d.js";
import type { ConvolutionAttributes } from "../../ops/convolution/convolution.js";
import { depthwiseConv2d } from "../../ops/convolution/depthwise-conv-2d.js";
import type { GraphWriter } from "../graph-writer.js";
import { reshaped, transposed } from "./movement.js";

/** The node of a convolution of a picture by filters [M, H, W, C], depthwise where each group has one channel. */
export function convolve(
  write: GraphWriter,
  picture: Tensor,
  filters: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
  output?: Pick<Tensor, "quantization">,
): Tensor {
  const channels = picture.shape[3] as number;
  const [outputs, height, width, depth] = filters.shape as [number, number, number, number];
  const isDepthwise = depth === 1 && channels > 1 && outputs % channels === 0;
  const options = output === undefined ? {} : { output };
  if (!isDepthwise) return write.node(conv2d, attributes, [picture, filters, bias], options);
  const moved = reshaped(write, transposed(write, filters, [3, 1, 2, 0]), [1, height, width, outputs]);
  return write.node(depthwiseConv2d, attributes, [picture, moved, bias], options);
}
