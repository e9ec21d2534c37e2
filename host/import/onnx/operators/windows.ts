import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { type Padding, samePadding } from "../../../numerics/window.js";
import { channelsFirstOrder, channelsLastOrder, reshaped, transposed } from "../../compose/movement.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxNode } from "./mapping.js";

/** One number for the height and one for the width. */
export type Pair = readonly [height: number, width: number];

/** A window's numbers in ONNX's attributes, of pictures: those of signals have a height of 1. */
export interface WindowAttributes {
  kernel: Pair;
  strides: Pair;
  dilations: Pair;
  padding: Padding;
}

/** Spatial axes of an input [N, C, ...]: 1 or 2. Throws `NotRunnable`. */
export function spatialAxes({ shape }: Tensor): number {
  const axes = shape.length - 2;
  requireThat(axes === 1 || axes === 2, `the input has ${shape.length} axes; 3 or 4 are supported`);
  return axes;
}

/** A list of one or two numbers as a height and a width. Throws `NotRunnable`. */
export function pairOf(node: OnnxNode, name: string, axes: number, otherwise: number): Pair {
  const list = node.integers(name) ?? Array.from({ length: axes }, () => otherwise);
  requireThat(list.length === axes, `${name} has ${list.length} numbers; ${axes} are expected`);
  const [first = otherwise, second = otherwise] = list;
  return axes === 1 ? [otherwise === 0 ? 0 : 1, first] : [first, second];
}

/** What a picture is padded with in all: of one axis before and after. */
export function padsOf(node: OnnxNode, axes: number): readonly [before: Pair, after: Pair] {
  const list = node.integers("pads") ?? Array.from({ length: 2 * axes }, () => 0);
  requireThat(list.length === 2 * axes, `pads has ${list.length} numbers; ${2 * axes} are expected`);
  const [a = 0, b = 0, c = 0, d = 0] = list;
  return axes === 1
    ? [
        [0, a],
        [0, b],
      ]
    : [
        [a, b],
        [c, d],
      ];
}

/** Reads a window's attributes for an input of that height and width. Throws `NotRunnable`. */
export function readWindow(
  node: OnnxNode,
  axes: number,
  kernel: Pair,
  [height, width]: Pair,
): WindowAttributes {
  const strides = pairOf(node, "strides", axes, 1);
  const dilations = pairOf(node, "dilations", axes, 1);
  const auto = node.text("auto_pad", "NOTSET");
  const window = { kernel, strides, dilations };
  if (auto === "NOTSET" || auto === "") {
    const [[top, left], [bottom, right]] = padsOf(node, axes);
    return { ...window, padding: { top, left, bottom, right } };
  }
  if (auto === "VALID") return { ...window, padding: { top: 0, bottom: 0, left: 0, right: 0 } };
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER")
    throw new NotRunnable(`auto_pad ${auto} does not exist`);
  const along = (axis: 0 | 1, length: number) =>
    samePadding(length, kernel[axis], strides[axis], dilations[axis], auto === "SAME_LOWER");
  const [top, bottom] = along(0, height);
  const [left, right] = along(1, width);
  return { ...window, padding: { top, bottom, left, right } };
}

/** An input [N, C, (H,) W] as a picture with its channels last, [N, H, W, C]. */
export function channelsLast(write: GraphWriter, input: Tensor): Tensor {
  const [batches = 1, channels = 1, ...lengths] = input.shape;
  const [height, width] = lengths.length === 1 ? [1, lengths[0] as number] : (lengths as [number, number]);
  return transposed(write, reshaped(write, input, [batches, channels, height, width]), channelsLastOrder);
}

/** A picture with its channels last as [N, C, (H,) W], with as many spatial axes. */
export function channelsFirst(write: GraphWriter, picture: Tensor, axes: number): Tensor {
  const moved = transposed(write, picture, channelsFirstOrder);
  const [batches, channels, height, width] = moved.shape as [number, number, number, number];
  return axes === 2 ? moved : reshaped(write, moved, [batches, channels, height * width]);
}

/** Weights [M, C, (H,) W] in the order [M, H, W, C]. Throws `NotRunnable` for other axes. */
export function filtersLast(write: GraphWriter, weights: Tensor, axes: number): Tensor {
  requireThat(
    weights.shape.length === axes + 2,
    `the weights have ${weights.shape.length} axes; ${axes + 2} are expected`,
  );
  return channelsLast(write, weights);
}
