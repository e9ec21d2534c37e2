import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { sqrt, square } from "../../../../ops/elementwise/functions.js";
import type { Operator } from "../../../../ops/operator.js";
import { argMax, argMin } from "../../../../ops/reduction/arg.js";
import { cumsum } from "../../../../ops/reduction/cumsum.js";
import { logSoftmax } from "../../../../ops/reduction/log-softmax.js";
import { mean } from "../../../../ops/reduction/mean.js";
import {
  prod,
  type ReduceAttributes,
  reduceAll,
  reduceAny,
  reduceMax,
  reduceMin,
  sum,
} from "../../../../ops/reduction/reduce.js";
import { softmax } from "../../../../ops/reduction/softmax.js";
import { topK } from "../../../../ops/reduction/top-k.js";
import { affine, batchNormalized, responseNormalized, standardized } from "../../../compose/normalization.js";
import { wide } from "../../../compose/whole-numbers.js";
import type { GraphWriter } from "../../../graph-writer.js";
import { alike, type TensorflowMapping, type TensorflowNode } from "./mapping.js";
import { asChannelsLast } from "./windows.js";

/** Axes that are reduced, and whether they are kept with length 1. */
function reductionOf(node: TensorflowNode): ReduceAttributes {
  const keepDims = node.attributes.flag("keep_dims") || node.attributes.flag("keepDims");
  return { axes: node.numbers(1, "axes"), keepDims };
}

/** A reduction; of no elements it is what is reduced begins with. */
function reducing(operator: string, core: Operator<ReduceAttributes>, ofNothing?: number): TensorflowMapping {
  return {
    operator,
    becomes: [core.name],
    read(node, write) {
      const input = wide(write, node.input(0));
      if (elementCount(input.shape) === 0 && ofNothing !== undefined && input.shape.length === 1)
        return write.scalar(ofNothing, input.dtype);
      return write.node(core, reductionOf(node), [input]);
    },
  };
}

/** An index of an extreme along an axis. */
function arg(operator: string, core: typeof argMax): TensorflowMapping {
  return {
    operator,
    becomes: [core.name],
    read: (node, write) =>
      write.node(core, { axis: node.inputs.length > 1 ? node.number(1, "axis") : 0, index: "int32" }, [
        wide(write, node.input(0)),
      ]),
  };
}

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + offset, by channel: with constant statistics, or as in training with those
 * of the batch itself, as layer normalizations have it.
 */
function normalize(node: TensorflowNode, write: GraphWriter): Tensor {
  const epsilon = node.attributes.number("epsilon", 1e-4);
  const [scale, offset] = [node.input(1), node.input(2)];
  return asChannelsLast(node, write, node.input(0), (picture) => {
    if (node.attributes.flag("is_training"))
      return affine(write, standardized(write, picture, [0, 1, 2], epsilon).output, scale, offset);
    const statistics = { scale, offset, mean: node.input(3), variance: node.input(4) };
    return batchNormalized(write, picture, statistics, epsilon);
  });
}

/** Sums and the like over axes. */
export const reduction: readonly TensorflowMapping[] = [
  reducing("Mean", mean),
  reducing("Sum", sum, 0),
  reducing("Prod", prod, 1),
  reducing("Max", reduceMax),
  reducing("Min", reduceMin),
  reducing("Any", reduceAny, 0),
  reducing("All", reduceAll, 1),
  arg("ArgMax", argMax),
  arg("ArgMin", argMin),
  {
    operator: "EuclideanNorm",
    becomes: ["square", "sum", "sqrt"],
    read(node, write) {
      const squares = write.node(square, {}, [node.input(0)]);
      return write.node(sqrt, {}, [write.node(sum, reductionOf(node), [squares])]);
    },
  },
  {
    operator: "Cumsum",
    becomes: ["cumsum"],
    read(node, write) {
      const { attributes } = node;
      const [exclusive, reverse] = [attributes.flag("exclusive"), attributes.flag("reverse")];
      return write.node(cumsum, { axis: node.number(1, "axis"), exclusive, reverse }, [node.input(0)]);
    },
  },
  {
    operator: "Softmax",
    becomes: ["softmax"],
    read: (node, write) => write.node(softmax, { beta: 1 }, [node.input(0)]),
  },
  {
    operator: "LogSoftmax",
    becomes: ["logSoftmax"],
    read: (node, write) => write.node(logSoftmax, {}, [node.input(0)]),
  },
  {
    operator: "TopKV2",
    becomes: ["topK"],
    outputs: ["values", "indices"],
    read: (node, write) =>
      write.nodes(topK, { count: node.number(1, "k"), axis: -1, largest: true, index: "int32" }, [
        node.input(0),
      ]),
  },
  {
    operator: "LRN",
    becomes: ["square", "averagePool2d", "mul", "add", "pow", "div"],
    read(node, write) {
      const { attributes } = node;
      const radius = attributes.number("depth_radius", 5);
      return responseNormalized(write, node.input(0), node.input(0).shape.length - 1, {
        before: radius,
        after: radius,
        // TensorFlow has the sum of the squares.
        alpha: attributes.number("alpha", 1) * (2 * radius + 1),
        beta: attributes.number("beta", 0.5),
        bias: attributes.number("bias", 1),
      });
    },
  },
  ...alike(["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"], {
    becomes: ["mul", "add", "mean", "sub", "square", "rsqrt"],
    outputs: ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"],
    read: (node, write) => normalize(node, write),
  }),
];
