import { NotRunnable } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { samePadding } from "../../../numerics/window.js";
import { sumOf } from "../../compose/arithmetic.js";
import { convolve } from "../../compose/convolve.js";
import { reshaped, sliced, transposed } from "../../compose/movement.js";
import { padded } from "../../compose/pad.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxNode } from "./mapping.js";

/** Numbers of one axis of a window. */
interface AxisWindow {
  stride: number;
  dilation: number;
  before: number;
  after: number;
}

function axisWindow(node: OnnxNode, axis: number, length: number, kernel: number): AxisWindow {
  const at = (name: string, index: number, otherwise: number) => node.integers(name)?.[index] ?? otherwise;
  const [stride, dilation] = [at("strides", axis, 1), at("dilations", axis, 1)];
  const auto = node.text("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const [before, after] = samePadding(length, kernel, stride, dilation, auto === "SAME_LOWER");
    return { stride, dilation, before, after };
  }
  if (auto !== "NOTSET" && auto !== "VALID") throw new NotRunnable(`auto_pad ${auto} does not exist`);
  const isValid = auto === "VALID";
  return {
    stride,
    dilation,
    before: isValid ? 0 : at("pads", axis, 0),
    after: isValid ? 0 : at("pads", axis + 3, 0),
  };
}

/**
 * A convolution of volumes [N, C, D, H, W] by weights [M, C, D, H, W]: the sum of as many convolutions of pictures as the
 * weights are deep, each of all slices that it meets.
 */
export function convolveVolume(
  node: OnnxNode,
  write: GraphWriter,
  input: Tensor,
  weights: Tensor,
  bias: Tensor | undefined,
): Tensor {
  const volume = transposed(write, input, [0, 2, 3, 4, 1]);
  const filters = transposed(write, weights, [0, 2, 3, 4, 1]);
  const [, depth, height, width] = volume.shape as [number, number, number, number];
  const [outputs, taps, kernelHeight, kernelWidth] = filters.shape as [number, number, number, number];
  const deep = axisWindow(node, 0, depth, taps);
  const down = axisWindow(node, 1, height, kernelHeight);
  const across = axisWindow(node, 2, width, kernelWidth);
  const border = { before: [0, deep.before, 0, 0, 0], after: [0, deep.after, 0, 0, 0] };
  const whole = padded(write, volume, border, 0);
  const [batches, slices, , , channels] = whole.shape as [number, number, number, number, number];
  const frames = Math.floor((slices - (taps - 1) * deep.dilation - 1) / deep.stride) + 1;
  const attributes = {
    strideHeight: down.stride,
    strideWidth: across.stride,
    dilationHeight: down.dilation,
    dilationWidth: across.dilation,
    padding: { top: down.before, bottom: down.after, left: across.before, right: across.after },
    activation: "none" as const,
  };
  const parts = Array.from({ length: taps }, (_, tap) => {
    const met = sliced(write, whole, 1, tap * deep.dilation, frames, deep.stride);
    const pictures = reshaped(write, met, [batches * frames, height, width, channels]);
    const own = reshaped(write, sliced(write, filters, 1, tap, 1), [
      outputs,
      kernelHeight,
      kernelWidth,
      filters.shape[4] as number,
    ]);
    return convolve(write, pictures, own, tap === 0 ? bias : undefined, attributes);
  });
  const sum = parts.reduce((total, part) => sumOf(write, total, part));
  const [, outputHeight, outputWidth] = sum.shape as [number, number, number];
  const shaped = reshaped(write, sum, [batches, frames, outputHeight, outputWidth, outputs]);
  return transposed(write, shaped, [0, 4, 1, 2, 3]);
}
