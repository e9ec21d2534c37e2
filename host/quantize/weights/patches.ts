import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { groupsOf } from "../../ops/convolution/conv-2d.js";
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
} from "../../ops/convolution/convolution.js";
import { depthwiseGeometry } from "../../ops/convolution/depthwise-conv-2d.js";
import { type FullyConnectedAttributes, fullyConnectedGeometry } from "../../ops/matrix/fully-connected.js";

/** A node as products of vectors of its input, patches, with its weights. */
export interface Patches {
  /** How many patches there are in one sample. */
  positions: number;
  /** Groups of outputs, each of which reads channels of its own. */
  groups: number;
  /** Outputs of a group. */
  outputs: number;
  /** Elements of a patch. */
  depth: number;
  /** Writes the patch of a position and group, real values with 0 for padding. */
  read(input: Float32Array, position: number, group: number, to: Float64Array): void;
  /** Where weight k of an output of a group lies in the weights' data. */
  weightAt(group: number, output: number, k: number): number;
}

/** Reads the window of a convolution at a position: `channels` from `firstChannel` on, for each tap in turn. */
function windowReader(g: ConvolutionGeometry, channels: number): Patches["read"] {
  const { window: w, padding } = g;
  return (input, position, group, to) => {
    const x = position % g.outputWidth;
    const y = Math.floor(position / g.outputWidth) % g.outputHeight;
    const b = Math.floor(position / (g.outputWidth * g.outputHeight));
    let at = 0;
    for (let fy = 0; fy < w.filterHeight; fy++) {
      const iy = y * w.strideHeight - padding.top + fy * w.dilationHeight;
      for (let fx = 0; fx < w.filterWidth; fx++) {
        const ix = x * w.strideWidth - padding.left + fx * w.dilationWidth;
        const inside = iy >= 0 && iy < g.inputHeight && ix >= 0 && ix < g.inputWidth;
        const from = ((b * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels + group * channels;
        for (let c = 0; c < channels; c++) to[at++] = inside ? (input[from + c] as number) : 0;
      }
    }
  };
}

const positionsOf = (g: ConvolutionGeometry): number => g.batches * g.outputHeight * g.outputWidth;

const kinds: Readonly<Record<string, (node: BoundNode) => Patches>> = {
  conv2d(node) {
    const g = convolutionGeometry(node as BoundNode<ConvolutionAttributes>, 0);
    const groups = groupsOf(g);
    const [outputs, channels] = [g.outputChannels / groups, g.inputChannels / groups];
    const depth = g.window.filterHeight * g.window.filterWidth * channels;
    const weightAt = (group: number, output: number, k: number): number =>
      (group * outputs + output) * depth + k;
    return { positions: positionsOf(g), groups, outputs, depth, read: windowReader(g, channels), weightAt };
  },
  depthwiseConv2d(node) {
    const g = depthwiseGeometry(node as BoundNode<ConvolutionAttributes>);
    const depth = g.window.filterHeight * g.window.filterWidth;
    return {
      positions: positionsOf(g),
      groups: g.inputChannels,
      outputs: g.multiplier,
      depth,
      read: windowReader(g, 1),
      weightAt: (group, output, k) => k * g.outputChannels + group * g.multiplier + output,
    };
  },
  fullyConnected(node) {
    const { rows, inputs, outputs } = fullyConnectedGeometry(node as BoundNode<FullyConnectedAttributes>);
    return {
      positions: rows,
      groups: 1,
      outputs,
      depth: inputs,
      read(input, position, _, to) {
        for (let k = 0; k < inputs; k++) to[k] = input[position * inputs + k] as number;
      },
      weightAt: (_, output, k) => output * inputs + k,
    };
  },
};

/** A node of constant weights as products of patches; undefined where it is none. */
export function patchesOf(operator: string, node: BoundNode): Patches | undefined {
  const weights: Tensor | undefined = node.inputs[1];
  return weights?.data === undefined ? undefined : kinds[operator]?.(node);
}
