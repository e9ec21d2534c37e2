import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { positiveAxis } from "../../../ops/movement/moved.js";
import { reshaped } from "../../compose/movement.js";
import {
  affine,
  batchNormalized,
  normalizedTo,
  responseNormalized,
  rootMeanSquareNormalized,
  standardized,
} from "../../compose/normalization.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** Numbers of channels as they broadcast to [N, C, ...]. */
function ofChannels(write: GraphWriter, tensor: Tensor, input: Tensor): Tensor {
  const ones = input.shape.slice(2).map(() => 1);
  return reshaped(write, tensor, [elementCount(tensor.shape), ...ones]);
}

function readBatchNormalization(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  requireThat(
    !node.flag("training_mode") && !node.wants(1),
    "it is in training mode; export the model for inference",
  );
  requireThat(node.flag("spatial", true), "statistics of single pixels (spatial = 0) are not supported");
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) =>
    ofChannels(write, node.input(i), input),
  ) as [Tensor, Tensor, Tensor, Tensor];
  return batchNormalized(write, input, { scale, offset, mean, variance }, node.float("epsilon", 1e-5));
}

/** Axes from one on. */
function axesFrom({ shape }: Tensor, first: number): number[] {
  return [...shape.keys()].slice(first);
}

function axisOf(node: OnnxNode, input: Tensor, otherwise: number): number {
  return positiveAxis(node.integer("axis", otherwise), input.shape.length);
}

/** Scale and offset of inputs 1 and 2, where they are given. */
function affineOf(
  node: OnnxNode,
  write: GraphWriter,
  output: Tensor,
  place = (tensor: Tensor) => tensor,
): Tensor {
  const [scale, offset] = [1, 2].map((i) => node.inputs[i] && place(node.inputs[i]));
  return affine(write, output, scale, offset);
}

function readGroupNormalization(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const [batches = 1, channels = 1, ...lengths] = input.shape;
  const groups = node.integer("num_groups", 1);
  requireThat(channels % groups === 0, `${channels} channels do not part into ${groups} groups`);
  const parted = reshaped(write, input, [batches, groups, channels / groups, elementCount(lengths)]);
  const { output } = standardized(write, parted, [2, 3], node.float("epsilon", 1e-5));
  // Before version 21 there is one scale a group.
  const ofGroups = elementCount(node.input(1).shape) === groups && groups !== channels;
  if (ofGroups) {
    const whole = affineOf(node, write, output, (tensor) => reshaped(write, tensor, [groups, 1, 1]));
    return reshaped(write, whole, input.shape);
  }
  return affineOf(node, write, reshaped(write, output, input.shape), (tensor) =>
    ofChannels(write, tensor, input),
  );
}

function readLocalResponse(node: OnnxNode, write: GraphWriter): Tensor {
  const size = node.integer("size", 1);
  return responseNormalized(write, node.input(0), 1, {
    before: Math.floor((size - 1) / 2),
    after: Math.ceil((size - 1) / 2),
    alpha: node.float("alpha", 1e-4),
    beta: node.float("beta", 0.75),
    bias: node.float("bias", 1),
  });
}

function readLpNormalization(node: OnnxNode, write: GraphWriter): Tensor {
  const p = node.integer("p", 2);
  if (p !== 1 && p !== 2) throw new NotRunnable(`p is ${p}; 1 or 2 is expected`);
  return normalizedTo(write, node.input(0), axisOf(node, node.input(0), -1), p);
}

/** Normalizations. */
export const normalization: readonly OnnxMapping[] = [
  { operator: "BatchNormalization", becomes: ["mul", "add", "sub", "rsqrt"], read: readBatchNormalization },
  {
    operator: "InstanceNormalization",
    becomes: ["mean", "sub", "square", "rsqrt", "mul", "add"],
    read(node, write) {
      const input = node.input(0);
      const { output } = standardized(write, input, axesFrom(input, 2), node.float("epsilon", 1e-5));
      return affineOf(node, write, output, (tensor) => ofChannels(write, tensor, input));
    },
  },
  {
    operator: "LayerNormalization",
    becomes: ["mean", "sub", "square", "rsqrt", "mul", "add"],
    read(node, write) {
      const input = node.input(0);
      const axes = axesFrom(input, axisOf(node, input, -1));
      const { output, mean, inverseDeviation } = standardized(
        write,
        input,
        axes,
        node.float("epsilon", 1e-5),
      );
      return [affineOf(node, write, output), mean, inverseDeviation];
    },
  },
  {
    operator: "GroupNormalization",
    becomes: ["mean", "sub", "square", "rsqrt", "mul", "add"],
    read: readGroupNormalization,
  },
  {
    operator: "RMSNormalization",
    becomes: ["mean", "square", "rsqrt", "mul"],
    read(node, write) {
      const input = node.input(0);
      const axes = axesFrom(input, axisOf(node, input, -1));
      return affineOf(node, write, rootMeanSquareNormalized(write, input, axes, node.float("epsilon", 1e-5)));
    },
  },
  {
    operator: "MeanVarianceNormalization",
    becomes: ["mean", "sub", "square", "rsqrt", "mul", "add"],
    read(node, write) {
      const axes = node.integers("axes") ?? [0, 2, 3];
      return standardized(write, node.input(0), axes, 1e-9).output;
    },
  },
  {
    operator: "LpNormalization",
    becomes: ["abs", "square", "sum", "sqrt", "maximum", "div"],
    read: readLpNormalization,
  },
  {
    operator: "LRN",
    becomes: ["square", "averagePool2d", "mul", "add", "pow", "div"],
    read: readLocalResponse,
  },
];
