import { requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { connected } from "../../../compose/matrix.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import {
  type ClassLabels,
  classifier,
  classifying,
  featureRows,
  greatestOf,
  isAbove,
  labelsAt,
  labelWhere,
  postTransformOf,
  scoresOfBoth,
  transformed,
} from "./scores.js";

/** Rows times the node's coefficients, one row of them a target, plus its intercepts. Throws `NotRunnable`. */
function linearScores(node: OnnxNode, write: GraphWriter, targets: number): Tensor {
  const input = featureRows(write, node.input(0));
  const features = input.shape[1] as number;
  const coefficients = node.floats("coefficients") ?? [];
  const intercepts = node.floats("intercepts") ?? [];
  requireThat(
    targets >= 1 && coefficients.length === targets * features,
    `${coefficients.length} coefficients; ${targets} times ${features} are expected`,
  );
  requireThat(
    intercepts.length === 0 || intercepts.length === targets,
    `${intercepts.length} intercepts; ${targets} are expected`,
  );
  const weights = write.constant(Float32Array.from(coefficients), [targets, features], "float32");
  return connected(write, input, weights, intercepts.length === 0 ? undefined : write.list(intercepts));
}

function readRegressor(node: OnnxNode, write: GraphWriter): Tensor {
  const targets = node.integer("targets", 1);
  const scores = linearScores(node, write, targets);
  const transform = postTransformOf(node);
  // Of one target ONNX Runtime knows PROBIT only.
  return targets === 1 && transform !== "PROBIT" ? scores : transformed(write, scores, transform);
}

function readClassifier(node: OnnxNode, write: GraphWriter, labels: ClassLabels): [Tensor, Tensor] {
  const count = labels.integers.length;
  const intercepts = node.floats("intercepts") ?? [];
  const scores = linearScores(node, write, intercepts.length === 0 ? count : intercepts.length);
  const transform = postTransformOf(node);
  if (scores.shape[1] !== 1) {
    requireThat(scores.shape[1] === count, `${scores.shape[1]} scores for ${count} classes`);
    return [labelsAt(write, greatestOf(write, scores), labels), transformed(write, scores, transform)];
  }
  requireThat(count === 2 || labels.texts === undefined, "one score for one class, whose label is a text");
  const names: [number, number] = count === 2 ? (labels.integers as [number, number]) : [0, 1];
  const label = labelWhere(write, isAbove(write, scores, 0), names);
  if (count === 2) return [label, scoresOfBoth(write, scores, transform, true)];
  return [label, transform === "PROBIT" ? transformed(write, scores, transform) : scores];
}

/** Linear models. */
export const linear: readonly OnnxMapping[] = [
  {
    operator: "LinearClassifier",
    domain: "ai.onnx.ml",
    becomes: ["fullyConnected", ...classifying],
    read: classifier("classlabels_ints", "classlabels_strings", readClassifier),
  },
  { operator: "LinearRegressor", domain: "ai.onnx.ml", becomes: ["fullyConnected"], read: readRegressor },
];
