import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { Operator } from "../../../ops/operator.js";
import { type ArgAttributes, argMax, argMin } from "../../../ops/reduction/arg.js";
import { cumsum } from "../../../ops/reduction/cumsum.js";
import { logSoftmax } from "../../../ops/reduction/log-softmax.js";
import { softmax } from "../../../ops/reduction/softmax.js";
import { topK } from "../../../ops/reduction/top-k.js";
import { alongAxes } from "../../compose/axes.js";
import * as reductions from "../../compose/reduction.js";
import { castTo, inWide, requireOrder, wide } from "../../compose/whole-numbers.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** A reduction over axes, which are an attribute, or since version `since` of the operator set an input. */
function reducing(
  operator: string,
  compose: reductions.Reduction,
  becomes: readonly string[],
  since = 18,
): OnnxMapping {
  return {
    operator,
    becomes,
    read(node, write) {
      const input = node.input(0);
      const stated = (node.version >= since ? node.numbers(1, "axes") : node.integers("axes")) ?? [];
      const all = stated.length === 0 && !node.flag("noop_with_empty_axes");
      const axes = all ? [...input.shape.keys()] : stated;
      return compose(write, input, { axes, keepDims: node.flag("keepdims", true) });
    },
  };
}

/** Indices of extremes, int64. */
function arg(operator: string, core: Operator<ArgAttributes>): OnnxMapping {
  return {
    operator,
    becomes: [core.name, "reshape"],
    read: (node, write) =>
      reductions.indexOfExtreme(write, core, node.input(0), {
        axis: node.integer("axis", 0),
        index: "int64",
        last: node.flag("select_last_index"),
        keepDims: node.flag("keepdims", true),
      }),
  };
}

/**
 * A function of rows: along one axis, the last by default; before version 13 of the operator set of all axes from one on,
 * by default 1, as one row.
 */
function alongRows(
  operator: string,
  core: readonly string[],
  ofRows: (write: GraphWriter, rows: Tensor) => Tensor,
): OnnxMapping {
  return {
    operator,
    becomes: [...core, "view", "reshape"],
    read(node, write) {
      const input = node.input(0);
      const rank = input.shape.length;
      const axis = node.integer("axis", node.version >= 13 ? -1 : 1);
      const isOne = node.version >= 13;
      requireThat(
        axis >= -rank && axis <= (isOne ? rank - 1 : rank),
        `axis ${axis} is not one of the ${rank} axes`,
      );
      const axes = isOne ? [axis] : [...input.shape.keys()].slice(axis);
      return alongAxes(write, input, axes, (rows) => ofRows(write, rows));
    },
  };
}

/** The first of the sorted elements: how many is an attribute before version 10 of the operator set. */
function readTopK(node: OnnxNode, write: GraphWriter): Tensor[] {
  const input = node.input(0);
  const [count = node.integer("k", 0)] = node.version >= 10 ? (node.numbers(1, "k") ?? []) : [];
  requireOrder(input);
  const attributes = {
    count,
    axis: node.integer("axis", -1),
    largest: node.flag("largest", true),
    index: "int64",
  } as const;
  const [values, indices] = write.nodes(topK, attributes, [wide(write, input)]) as [Tensor, Tensor];
  return [castTo(write, values, input.dtype), indices];
}

function readCumsum(node: OnnxNode, write: GraphWriter): Tensor {
  const [axis = 0] = node.numbers(1, "axis") ?? [];
  const attributes = { axis, exclusive: node.flag("exclusive"), reverse: node.flag("reverse") };
  return inWide(write, [node.input(0)], (input) => write.node(cumsum, attributes, [input]));
}

/** Sums and the like over axes, and what works on rows. */
export const reduction: readonly OnnxMapping[] = [
  reducing("ReduceSum", reductions.sumOver, ["sum"], 13),
  reducing("ReduceMean", reductions.meanOver, ["mean", "sum", "div"]),
  reducing("ReduceMax", reductions.largestOver, ["reduceMax", "reduceAny"]),
  reducing("ReduceMin", reductions.smallestOver, ["reduceMin", "reduceAll"]),
  reducing("ReduceProd", reductions.productOver, ["prod"]),
  reducing("ReduceL1", reductions.norm1Over, ["abs", "sum"]),
  reducing("ReduceL2", reductions.norm2Over, ["square", "sum", "sqrt"]),
  reducing("ReduceSumSquare", reductions.squaresOver, ["square", "sum"]),
  reducing("ReduceLogSum", reductions.logSumOver, ["sum", "log"]),
  reducing("ReduceLogSumExp", reductions.logSumExpOver, [
    "reduceMax",
    "clamp",
    "sub",
    "exp",
    "sum",
    "log",
    "add",
  ]),
  arg("ArgMax", argMax),
  arg("ArgMin", argMin),
  { operator: "TopK", becomes: ["topK"], read: readTopK },
  { operator: "CumSum", becomes: ["cumsum"], read: readCumsum },
  alongRows("Softmax", ["softmax"], (write, rows) => write.node(softmax, { beta: 1 }, [rows])),
  alongRows("LogSoftmax", ["logSoftmax"], (write, rows) => write.node(logSoftmax, {}, [rows])),
  alongRows("Hardmax", ["argMax", "equal"], (write, rows) => reductions.hardmax(write, rows, -1)),
];
