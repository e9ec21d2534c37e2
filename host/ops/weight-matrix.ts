import type { BoundNode } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { tilesOf, type WeightMatrix } from "../numerics/narrow-weights.js";

/** Weights [outputs, ...], of which those of an output follow each other; `groups` are those of a convolution. */
export function rowMatrix(outputs: number, depth: number, groups = 1): WeightMatrix {
  const key = `rows ${outputs} ${depth} ${groups}`;
  return { key, tiles: tilesOf(outputs, groups), depth, index: (n, k) => n * depth + k };
}

/** Weights [taps, outputs] of a depthwise convolution. */
export function tapMatrix(taps: number, outputs: number): WeightMatrix {
  const key = `taps ${taps} ${outputs}`;
  return { key, tiles: tilesOf(outputs), depth: taps, index: (n, tap) => tap * outputs + n };
}

/** Weights [outputs, taps, channels] of a transposed convolution, whose filter is turned around. */
export function turnedMatrix(outputs: number, taps: number, channels: number): WeightMatrix {
  const depth = taps * channels;
  const turned = (k: number): number => (taps - 1 - Math.floor(k / channels)) * channels + (k % channels);
  const key = `turned ${outputs} ${taps} ${channels}`;
  return { key, tiles: tilesOf(outputs), depth, index: (n, k) => n * depth + turned(k) };
}

/**
 * The weights of a node, its second input, as its kernels take them; undefined of operators that do not take them in tiles.
 * The node is valid.
 */
export function weightMatrix(operator: string, node: BoundNode): WeightMatrix | undefined {
  const [input, weights] = node.inputs as readonly [Tensor, Tensor];
  const [first = 1, height = 1, width = 1, last = 1] = weights?.shape ?? [];
  switch (operator) {
    case "conv2d":
      return rowMatrix(first, height * width * last, (input.shape.at(-1) as number) / last);
    case "fullyConnected":
      return rowMatrix(first, height);
    case "depthwiseConv2d":
      return tapMatrix(height * width, last);
    case "transposeConv2d":
      return turnedMatrix(first, height * width, last);
    default:
      return undefined;
  }
}
