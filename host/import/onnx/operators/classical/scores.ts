import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { greater, logicalOr } from "../../../../ops/elementwise/comparisons.js";
import { exp, log, neg, sqrt } from "../../../../ops/elementwise/functions.js";
import { logistic } from "../../../../ops/elementwise/logistic.js";
import { select } from "../../../../ops/elementwise/select.js";
import { gather } from "../../../../ops/movement/gather.js";
import { argMax } from "../../../../ops/reduction/arg.js";
import { reduceMax, sum } from "../../../../ops/reduction/reduce.js";
import { softmax } from "../../../../ops/reduction/softmax.js";
import { differenceOf, productOf, quotientOf, scaled, sumOf } from "../../../compose/arithmetic.js";
import { joined, reshaped } from "../../../compose/movement.js";
import { castTo } from "../../../compose/whole-numbers.js";
import type { GraphWriter } from "../../../graph-writer.js";
import { requireTexts, standingFor } from "../../texts.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";

/** What becomes of scores. */
export type PostTransform = "NONE" | "LOGISTIC" | "SOFTMAX" | "SOFTMAX_ZERO" | "PROBIT";

const postTransforms: readonly string[] = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"];

/** A node's transform of its scores. Throws `NotRunnable` for one that does not exist. */
export function postTransformOf(node: OnnxNode): PostTransform {
  const name = node.text("post_transform", "NONE");
  requireThat(postTransforms.includes(name), `post_transform ${name} does not exist`);
  return name as PostTransform;
}

/** The input in float32, as rows of features: one axis is one row. Throws `NotRunnable` for more than two. */
export function featureRows(write: GraphWriter, input: Tensor): Tensor {
  requireThat(
    input.shape.length === 1 || input.shape.length === 2,
    `the input has ${input.shape.length} axes; 1 or 2 are expected`,
  );
  return asFloat(write, input.shape.length === 1 ? reshaped(write, input, [1, ...input.shape]) : input);
}

/** Elements as float32. */
export function asFloat(write: GraphWriter, input: Tensor): Tensor {
  return castTo(write, input, "float32");
}

/** Where a condition holds one tensor, elsewhere another. */
export function chosen(write: GraphWriter, condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  return write.node(select, {}, [condition, yes, no]);
}

/** Whether elements are greater than a number. */
export function isAbove(write: GraphWriter, input: Tensor, limit: number): Tensor {
  return write.node(greater, {}, [input, write.scalar(limit, input.dtype)]);
}

/** exp(x - m) of each row over the sum, m its greatest; what is 0 stays 0 and counts for nothing. */
function softmaxOfNonZero(write: GraphWriter, scores: Tensor): Tensor {
  const over = { axes: [1], keepDims: true };
  const most = write.node(reduceMax, over, [scores]);
  const powers = write.node(exp, {}, [differenceOf(write, scores, most)]);
  const isThere = write.node(logicalOr, {}, [
    isAbove(write, scores, 1e-7),
    isAbove(write, write.node(neg, {}, [scores]), 1e-7),
  ]);
  const total = write.node(sum, over, [chosen(write, isThere, powers, write.scalar(0))]);
  const small = productOf(write, scores, write.node(exp, {}, [write.node(neg, {}, [most])]));
  return quotientOf(write, chosen(write, isThere, powers, small), total);
}

/**
 * The quantile of the normal distribution by Winitzki's approximation of the inverse error function, with ONNX Runtime's
 * constants.
 */
function probit(write: GraphWriter, scores: Tensor): Tensor {
  const x = sumOf(write, scaled(write, scores, 2), write.scalar(-1));
  const one = write.scalar(1);
  const logarithm = write.node(log, {}, [
    productOf(write, differenceOf(write, one, x), sumOf(write, one, x)),
  ]);
  const v = sumOf(write, scaled(write, logarithm, 0.5), write.scalar(4.330750465));
  const inner = differenceOf(write, productOf(write, v, v), scaled(write, logarithm, 1 / 0.147));
  const root = write.node(sqrt, {}, [differenceOf(write, write.node(sqrt, {}, [inner]), v)]);
  const isNegative = isAbove(write, write.node(neg, {}, [x]), 0);
  return scaled(write, chosen(write, isNegative, write.node(neg, {}, [root]), root), Math.SQRT2);
}

/** Rows of scores after the transform. */
export function transformed(write: GraphWriter, scores: Tensor, transform: PostTransform): Tensor {
  switch (transform) {
    case "NONE":
      return scores;
    case "LOGISTIC":
      return write.node(logistic, {}, [scores]);
    case "SOFTMAX":
      return write.node(softmax, { beta: 1 }, [scores]);
    case "SOFTMAX_ZERO":
      return softmaxOfNonZero(write, scores);
    case "PROBIT":
      return probit(write, scores);
  }
}

/** Core operators that the transforms become. */
const transforming = [
  "logistic",
  "softmax",
  "reduceMax",
  "exp",
  "sum",
  "log",
  "sqrt",
  "neg",
  "add",
  "sub",
  "mul",
  "div",
];

/** Core operators that scores of classes and the label of the greatest become. */
export const classifying = [...transforming, "greater", "logicalOr", "select", "argMax", "gather"];

/** Columns side by side. */
export function columns(write: GraphWriter, ...parts: readonly Tensor[]): Tensor {
  return joined(write, parts, 1);
}

/** Names of the classes: numbers, or texts that their positions stand for. */
export interface ClassLabels {
  integers: readonly number[];
  texts?: readonly string[];
}

/** Whether labels are the positions of the classes. */
function arePositions({ integers, texts }: ClassLabels): boolean {
  return texts === undefined && integers.every((label, i) => label === i);
}

/**
 * How a classifier is read: labels and scores, whose classes are told by their names, where those are not their positions.
 *
 * @param integers attribute of the labels that are numbers, and `texts` of those that are texts
 */
export function classifier(
  integers: string,
  texts: string,
  read: (node: OnnxNode, write: GraphWriter, labels: ClassLabels) => readonly [Tensor, Tensor],
): OnnxMapping["read"] {
  return (node, write) => {
    const labels = classLabels(node, integers, texts);
    const [label, scores] = read(node, write, labels);
    const names = labels.texts ?? labels.integers.map(String);
    if (!arePositions(labels) && scores.shape.at(-1) === names.length) scores.labels = names;
    return [labels.texts === undefined ? label : standingFor(label, labels.texts), scores];
  };
}

/** A classifier's labels. Throws `NotRunnable` where it has none. */
function classLabels(node: OnnxNode, integers: string, texts: string): ClassLabels {
  const [numbers = [], names = []] = [node.integers(integers), node.texts(texts)];
  if (names.length > 0) return { integers: [...names.keys()], texts: requireTexts(names) };
  if (numbers.length === 0) throw new NotRunnable(`it has neither ${integers} nor ${texts}`);
  return { integers: numbers };
}

/** Labels of classes by their positions, int64: of texts, the positions. */
export function labelsAt(write: GraphWriter, positions: Tensor, { integers }: ClassLabels): Tensor {
  if (arePositions({ integers })) return positions;
  const labels = write.list(integers, "int64");
  return write.node(gather, { axis: 0, batchDims: 0, axes: 1 }, [labels, positions]);
}

/** Positions of the greatest of each row, the first of equal ones. */
export function greatestOf(write: GraphWriter, scores: Tensor): Tensor {
  return write.node(argMax, { axis: 1, index: "int64" }, [scores]);
}

/** One of two labels for each row: the second where a condition on a column holds. */
export function labelWhere(
  write: GraphWriter,
  condition: Tensor,
  [no, yes]: readonly [number, number],
): Tensor {
  const rows = reshaped(write, condition, [condition.shape[0] as number]);
  return chosen(write, rows, write.scalar(yes, "int64"), write.scalar(no, "int64"));
}

/**
 * Scores of two classes from the second's, after the transform. Throws `NotRunnable` for PROBIT, of which ONNX Runtime leaves
 * one score open.
 *
 * @param isComplement whether both add up to 1, rather than to 0
 */
export function scoresOfBoth(
  write: GraphWriter,
  score: Tensor,
  transform: PostTransform,
  isComplement: boolean,
): Tensor {
  requireThat(transform !== "PROBIT", "PROBIT of one score for two classes has no agreed meaning");
  const opposite = write.node(neg, {}, [score]);
  if (transform === "LOGISTIC") return transformed(write, columns(write, opposite, score), transform);
  return columns(write, isComplement ? differenceOf(write, write.scalar(1), score) : opposite, score);
}
