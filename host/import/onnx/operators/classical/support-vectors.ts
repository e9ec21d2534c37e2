import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { maximum, minimum } from "../../../../ops/elementwise/arithmetic.js";
import { greaterEqual, logicalOr } from "../../../../ops/elementwise/comparisons.js";
import { exp, neg, square } from "../../../../ops/elementwise/functions.js";
import { logistic } from "../../../../ops/elementwise/logistic.js";
import { tanh } from "../../../../ops/elementwise/tanh.js";
import { pairwiseCoupling } from "../../../../ops/matrix/pairwise-coupling.js";
import { squaredDistances } from "../../../../ops/matrix/squared-distances.js";
import { reduceMax } from "../../../../ops/reduction/reduce.js";
import { powerOf, productOf, scaled, sumOf } from "../../../compose/arithmetic.js";
import { connected } from "../../../compose/matrix.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import {
  asFloat,
  type ClassLabels,
  chosen,
  classifier,
  featureRows,
  greatestOf,
  isAbove,
  labelsAt,
  labelWhere,
  postTransformOf,
  scoresOfBoth,
  transformed,
} from "./scores.js";

/** Classes, and coefficients of all pairs of them, at most. */
const maxClasses = 256;
const maxCoefficients = 2 ** 24;

/** How near to 0 and 1 the probability of a pair comes. */
const leastProbability = 1e-7;

/** A node's list of floats; empty where it has none. */
function floatsOf(node: OnnxNode, name: string): readonly number[] {
  return node.floats(name) ?? [];
}

/** A value to a whole power: as a product for the powers that ONNX Runtime multiplies. */
function raised(write: GraphWriter, value: Tensor, degree: number): Tensor {
  if (degree === 2) return write.node(square, {}, [value]);
  if (degree === 3) return productOf(write, write.node(square, {}, [value]), value);
  return powerOf(write, value, write.scalar(degree));
}

/** The kernel function of each row with each of `count` vectors: [rows, count]. Throws `NotRunnable`. */
function kernelValues(
  node: OnnxNode,
  write: GraphWriter,
  input: Tensor,
  vectors: readonly number[],
  count: number,
  kernel = node.text("kernel_type", "LINEAR"),
): Tensor {
  const features = input.shape[1] as number;
  requireThat(
    vectors.length === count * features,
    `${vectors.length} numbers of ${count} vectors; ${features} for each are expected`,
  );
  const table = write.constant(Float32Array.from(vectors), [count, features], "float32");
  const [gamma = 0, offset = 0, degree = 0] = floatsOf(node, "kernel_params");
  const shifted = (): Tensor =>
    sumOf(write, scaled(write, connected(write, input, table), gamma), write.scalar(offset));
  switch (kernel) {
    case "LINEAR":
      return connected(write, input, table);
    case "POLY":
      return raised(write, shifted(), degree);
    case "RBF":
      return write.node(exp, {}, [scaled(write, write.node(squaredDistances, {}, [input, table]), -gamma)]);
    case "SIGMOID":
      return write.node(tanh, {}, [shifted()]);
    default:
      throw new NotRunnable(`kernel_type ${kernel} does not exist`);
  }
}

function readRegressor(node: OnnxNode, write: GraphWriter): Tensor {
  const input = featureRows(write, node.input(0));
  const [count, coefficients] = [node.integer("n_supports", 0), floatsOf(node, "coefficients")];
  const [rho = 0] = floatsOf(node, "rho");
  // Without support vectors the coefficients are those of the features.
  const values =
    count > 0 ? kernelValues(node, write, input, floatsOf(node, "support_vectors"), count) : input;
  requireThat(
    coefficients.length === values.shape[1],
    `${coefficients.length} coefficients; ${values.shape[1]} are expected`,
  );
  const weights = write.constant(Float32Array.from(coefficients), [1, coefficients.length], "float32");
  const output = connected(write, values, weights, write.list([rho]));
  if (!node.flag("one_class")) return output;
  return chosen(write, isAbove(write, output, 0), write.scalar(1), write.scalar(-1));
}

/** Pairs of classes: 01, 02, .., 12, .. */
function pairsOf(count: number): [number, number][] {
  const classes = Array.from({ length: count }, (_, i) => i);
  return classes.flatMap((i) => classes.slice(i + 1).map((j): [number, number] => [i, j]));
}

/**
 * What decides between the classes of each pair: [rows, pairs], above 0 for the first. Each class has its own support
 * vectors, and for each a coefficient against every other class.
 */
function decisions(
  node: OnnxNode,
  write: GraphWriter,
  values: Tensor,
  ofClass: readonly number[],
  pairs: readonly (readonly [number, number])[],
): Tensor {
  const count = values.shape[1] as number;
  const coefficients = floatsOf(node, "coefficients");
  const rho = floatsOf(node, "rho");
  requireThat(
    coefficients.length === (ofClass.length - 1) * count,
    `${coefficients.length} coefficients; ${ofClass.length - 1} for each of ${count} support vectors are expected`,
  );
  requireThat(rho.length === pairs.length, `${rho.length} rho; ${pairs.length} are expected`);
  requireThat(
    pairs.length * count <= maxCoefficients,
    `${pairs.length} pairs of classes times ${count} support vectors; up to ${maxCoefficients} are supported`,
  );
  const owners = ofClass.flatMap((vectors, i) => Array.from({ length: vectors }, () => i));
  const weights = pairs.flatMap(([i, j]) =>
    owners.map((owner, vector) => {
      if (owner === i) return coefficients[(j - 1) * count + vector] as number;
      return owner === j ? (coefficients[i * count + vector] as number) : 0;
    }),
  );
  const table = write.constant(Float32Array.from(weights), [pairs.length, count], "float32");
  return connected(write, values, table, write.list(rho));
}

/** The class that wins the most pairs, the first of equal ones. */
function mostVoted(
  write: GraphWriter,
  decided: Tensor,
  pairs: readonly (readonly [number, number])[],
  count: number,
): Tensor {
  const won = asFloat(write, isAbove(write, decided, 0));
  const classes = Array.from({ length: count }, (_, i) => i);
  const votes = classes.flatMap((own) => pairs.map(([i, j]) => Number(own === i) - Number(own === j)));
  const otherwise = classes.map((own) => pairs.filter(([, j]) => own === j).length);
  const table = write.constant(Float32Array.from(votes), [count, pairs.length], "float32");
  return greatestOf(write, connected(write, won, table, write.list(otherwise)));
}

/** Probabilities of the classes from the pairs' decisions, by Platt's sigmoid of each. */
function probabilities(node: OnnxNode, write: GraphWriter, decided: Tensor, pairs: number): Tensor {
  const [a, b] = [floatsOf(node, "prob_a"), floatsOf(node, "prob_b")];
  requireThat(
    a.length === pairs && b.length === pairs,
    `${a.length} prob_a and ${b.length} prob_b; ${pairs} are expected`,
  );
  const exponent = sumOf(write, productOf(write, decided, write.list(a)), write.list(b));
  const sigmoid = write.node(logistic, {}, [write.node(neg, {}, [exponent])]);
  const above = write.node(maximum, { activation: "none" }, [sigmoid, write.scalar(leastProbability)]);
  const within = write.node(minimum, { activation: "none" }, [above, write.scalar(1 - leastProbability)]);
  return write.node(pairwiseCoupling, {}, [within]);
}

/** Classes by votes of pairs. */
function votingClassifier(
  node: OnnxNode,
  write: GraphWriter,
  labels: ClassLabels,
  ofClass: readonly number[],
): [Tensor, Tensor] {
  const count = labels.integers.length;
  requireThat(
    count >= 2 && ofClass.length === count && ofClass.every((vectors) => vectors >= 0),
    `vectors_per_class has ${ofClass.length} numbers for ${count} classes; one for each of two or more is expected`,
  );
  requireThat(count <= maxClasses, `${count} classes; up to ${maxClasses} are supported`);
  const vectors = ofClass.reduce((sum, own) => sum + own, 0);
  const input = featureRows(write, node.input(0));
  const values = kernelValues(node, write, input, floatsOf(node, "support_vectors"), vectors);
  const pairs = pairsOf(count);
  const decided = decisions(node, write, values, ofClass, pairs);
  const label = labelsAt(write, mostVoted(write, decided, pairs, count), labels);
  const transform = postTransformOf(node);
  if (floatsOf(node, "prob_a").length > 0)
    return [label, transformed(write, probabilities(node, write, decided, pairs.length), transform)];
  if (count > 2) return [label, transformed(write, decided, transform)];
  return [label, scoresOfBoth(write, decided, transform, transform !== "NONE")];
}

/** A class for each row of coefficients: the greatest wins; of two, ONNX Runtime gives the second all that is far enough. */
function linearClassifier(node: OnnxNode, write: GraphWriter, labels: ClassLabels): [Tensor, Tensor] {
  const input = featureRows(write, node.input(0));
  const count = labels.integers.length;
  const coefficients = floatsOf(node, "coefficients");
  const [rho = 0] = floatsOf(node, "rho");
  const scores = sumOf(
    write,
    kernelValues(node, write, input, coefficients, count, "LINEAR"),
    write.scalar(rho),
  );
  const output = transformed(write, scores, postTransformOf(node));
  const best = greatestOf(write, scores);
  if (count !== 2) return [labelsAt(write, best, labels), output];
  const most = write.node(reduceMax, { axes: [1], keepDims: false }, [scores]);
  const isPositive = coefficients.every((coefficient) => coefficient >= 0);
  const isFar = isPositive
    ? write.node(greaterEqual, {}, [most, write.scalar(0.5)])
    : isAbove(write, most, 0);
  const isSecond = write.node(logicalOr, {}, [isFar, isAbove(write, best, 0)]);
  return [labelWhere(write, isSecond, labels.integers as [number, number]), output];
}

function readClassifier(node: OnnxNode, write: GraphWriter, labels: ClassLabels): [Tensor, Tensor] {
  const ofClass = node.integers("vectors_per_class") ?? [];
  return ofClass.some((vectors) => vectors > 0)
    ? votingClassifier(node, write, labels, ofClass)
    : linearClassifier(node, write, labels);
}

const kernels = ["fullyConnected", "squaredDistances", "exp", "tanh"];

/** Support vector machines. */
export const supportVectors: readonly OnnxMapping[] = [
  {
    operator: "SVMClassifier",
    domain: "ai.onnx.ml",
    becomes: [...kernels, "argMax", "pairwiseCoupling"],
    read: classifier("classlabels_ints", "classlabels_strings", readClassifier),
  },
  { operator: "SVMRegressor", domain: "ai.onnx.ml", becomes: kernels, read: readRegressor },
];
