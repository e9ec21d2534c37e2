import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { neg } from "../../../../ops/elementwise/functions.js";
import type { Aggregate } from "../../../../ops/matrix/tree-ensemble.js";
import { sumOf } from "../../../compose/arithmetic.js";
import { sliced } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import {
  type BranchMode,
  type FileForest,
  type FileNode,
  forestOutput,
  givenTargets,
  requireSameLength,
  requireTargets,
} from "./forest.js";
import {
  type ClassLabels,
  classifier,
  columns,
  featureRows,
  greatestOf,
  isAbove,
  labelsAt,
  labelWhere,
  type PostTransform,
  postTransformOf,
  scoresOfBoth,
  transformed,
} from "./scores.js";

const modes: ReadonlyMap<string, BranchMode> = new Map([
  ["BRANCH_LEQ", "<="],
  ["BRANCH_LT", "<"],
  ["BRANCH_GTE", ">="],
  ["BRANCH_GT", ">"],
  ["BRANCH_EQ", "=="],
  ["BRANCH_NEQ", "!="],
]);

const aggregates: readonly string[] = ["sum", "average", "min", "max"];

/** Numbers of a list of floats, or of the tensor that holds them since version 3; none where there is neither. */
function floatsOf(node: OnnxNode, name: string): readonly number[] {
  const list = node.floats(name);
  if (list !== undefined && list.length > 0) return list;
  return Array.from(node.tensor(`${name}_as_tensor`)?.data ?? [], Number);
}

/**
 * The trees of a node in lists: of their nodes, and of what leaves give to targets.
 *
 * @param of what those lists are called after: "class" or "target"
 */
function listedForest(
  node: OnnxNode,
  of: "class" | "target",
  targets: number,
  aggregate: Aggregate,
): FileForest {
  const list = (name: string): readonly number[] => node.integers(`nodes_${name}`) ?? [];
  const [treeIds, nodeIds, features] = [list("treeids"), list("nodeids"), list("featureids")];
  const [passed, failed] = [list("truenodeids"), list("falsenodeids")];
  const modeNames = node.texts("nodes_modes") ?? [];
  const values = floatsOf(node, "nodes_values");
  const missing = list("missing_value_tracks_true");
  requireSameLength("nodes", {
    nodes_treeids: treeIds,
    nodes_nodeids: nodeIds,
    nodes_featureids: features,
    nodes_truenodeids: passed,
    nodes_falsenodeids: failed,
    nodes_modes: modeNames,
    nodes_values: values,
  });
  const key = (tree: number | undefined, id: number | undefined): string => `${tree}:${id}`;
  const places = new Map(treeIds.map((tree, i) => [key(tree, nodeIds[i]), i]));
  requireThat(places.size === treeIds.length, "two nodes of a tree have one number");
  const find = (tree: number | undefined, id: number | undefined): number => {
    const place = places.get(key(tree, id));
    if (place === undefined) throw new NotRunnable(`tree ${tree} has no node ${id}`);
    return place;
  };
  const entries = treeIds.map((): { target: number; weight: number }[] => []);
  const [ids = [], trees = [], leafIds = []] = ["ids", "treeids", "nodeids"].map((name) =>
    node.integers(`${of}_${name}`),
  );
  const weights = floatsOf(node, `${of}_weights`);
  requireSameLength("weights", {
    [`${of}_ids`]: ids,
    [`${of}_treeids`]: trees,
    [`${of}_nodeids`]: leafIds,
    [`${of}_weights`]: weights,
  });
  ids.forEach((target, i) => {
    entries[find(trees[i], leafIds[i])]?.push({ target, weight: weights[i] as number });
  });
  const nodes = treeIds.map((tree, i): FileNode => {
    const name = modeNames[i] as string;
    if (name === "LEAF") return { leaf: i };
    const mode = modes.get(name);
    if (mode === undefined) throw new NotRunnable(`node ${i} has the mode ${name}, which does not exist`);
    return {
      mode,
      feature: features[i] as number,
      values: [values[i] as number],
      missing: missing[i] === 1,
      passed: find(tree, passed[i]),
      failed: find(tree, failed[i]),
    };
  });
  return {
    ...withoutBranches(nodes, entries),
    roots: firstOfEach(treeIds),
    targets,
    aggregate,
  };
}

/** Where each number is the first time, in order. */
function firstOfEach(numbers: readonly number[]): number[] {
  const seen = new Set<number>();
  return [...numbers.keys()].filter((i) => {
    const number = numbers[i] as number;
    return !seen.has(number) && seen.add(number);
  });
}

/** Leaves numbered among themselves. What files say that branches give counts for nothing. */
function withoutBranches(
  nodes: readonly FileNode[],
  entries: FileForest["leaves"],
): Pick<FileForest, "nodes" | "leaves"> {
  const leaves: FileForest["leaves"][number][] = [];
  const numbered = nodes.map((node) =>
    "leaf" in node ? { leaf: leaves.push(entries[node.leaf] ?? []) - 1 } : node,
  );
  return { nodes: numbered, leaves };
}

function aggregateOf(name: string): Aggregate {
  const aggregate = name.toLowerCase();
  requireThat(aggregates.includes(aggregate), `aggregate_function ${name} does not exist`);
  return aggregate as Aggregate;
}

/** Scores of targets after the transform; of one target ONNX Runtime knows PROBIT only. */
function targetScores(write: GraphWriter, scores: Tensor, transform: PostTransform): Tensor {
  return scores.shape[1] === 1 && transform !== "PROBIT" ? scores : transformed(write, scores, transform);
}

function readRegressor(node: OnnxNode, write: GraphWriter): Tensor {
  const targets = requireTargets(node.integer("n_targets", 0));
  const forest = listedForest(node, "target", targets, aggregateOf(node.text("aggregate_function", "SUM")));
  if (targets === 1)
    requireThat(
      forest.leaves.every((leaf) => leaf.length <= 1),
      "a leaf gives several numbers to one target",
    );
  const base = floatsOf(node, "base_values");
  requireThat(
    base.length === 0 || base.length === targets,
    `base_values has ${base.length} numbers; ${targets} are expected`,
  );
  const input = featureRows(write, node.input(0));
  const scores = forestOutput(write, input, { ...forest, base: targetBase(forest, base) });
  return targetScores(write, scores, postTransformOf(node));
}

/**
 * Base values of targets: of several, ONNX Runtime gives 0 for one to which no leaf gave something. Throws `NotRunnable`
 * where the input decides that.
 */
function targetBase(forest: FileForest, base: readonly number[]): number[] {
  if (base.length === 0) return Array.from({ length: forest.targets }, () => 0);
  if (base.length === 1) return [...base];
  return givenTargets(forest).map((given, target) => {
    const own = base[target] as number;
    requireThat(
      own === 0 || given !== "sometimes",
      `which leaves are reached decides whether target ${target} gets its base value; leaves for it in every branch of a tree are expected`,
    );
    return given === "never" ? 0 : own;
  });
}

/** Checks that each class always has a score, or never wins without one. Throws `NotRunnable`. */
function requireScores(forest: FileForest): void {
  if (forest.targets > 2 && forest.leaves.flat().every(({ weight }) => weight > 0)) return;
  for (const [target, given] of givenTargets(forest).entries())
    requireThat(
      given === "always",
      `which leaves are reached decides whether class ${target} has a score; leaves for it in every branch of a tree are expected`,
    );
}

/** Scores and labels of more than two classes. */
function manyClasses(node: OnnxNode, write: GraphWriter, labels: ClassLabels): [Tensor, Tensor] {
  const count = requireTargets(labels.integers.length);
  const forest = listedForest(node, "class", count, "sum");
  const base = floatsOf(node, "base_values");
  requireThat(
    base.length === 0 || base.length === count,
    `base_values has ${base.length} numbers; ${count} are expected`,
  );
  if (base.length === 0) requireScores(forest);
  const input = featureRows(write, node.input(0));
  const scores = forestOutput(write, input, base.length === 0 ? forest : { ...forest, base });
  return [
    labelsAt(write, greatestOf(write, scores), labels),
    transformed(write, scores, postTransformOf(node)),
  ];
}

/**
 * Scores and labels of two classes as ONNX Runtime has them, which decides what ONNX leaves open. Where one class alone has
 * weights, the second wins above 0, or above 1/2 if no weight is below 0; where both have, it wins above 0, and the labels
 * are 0 and 1.
 */
function twoClasses(node: OnnxNode, write: GraphWriter, labels: ClassLabels): [Tensor, Tensor] {
  const forest = listedForest(node, "class", 2, "sum");
  const given = forest.leaves.flat();
  const isPositive = given.every(({ weight }) => weight >= 0);
  const used = new Set(given.map(({ target }) => target));
  const transform = postTransformOf(node);
  const base = floatsOf(node, "base_values");
  requireThat(base.length <= 2, `base_values has ${base.length} numbers; up to 2 are expected`);
  requireThat(
    base.length < 2 || used.size === 2,
    "two base values where one class alone has weights have no agreed meaning",
  );
  const input = featureRows(write, node.input(0));
  const own = labels.integers as [number, number];
  const limit = used.size === 1 && isPositive ? 0.5 : 0;
  if (used.size === 1 && used.has(0)) {
    const score = forestOutput(write, input, { ...forest, targets: 1, base: [base[0] ?? 0] });
    const both = scoresOfBoth(write, score, transform, isPositive);
    return [labelWhere(write, isAbove(write, score, limit), own), both];
  }
  if (used.size === 2) requireScores(forest);
  // A base value is the first class's, where that has weights; of two, the second's is added to the first's sum.
  const first = used.size === 2 && base.length === 1 ? (base[0] as number) : 0;
  const scores = forestOutput(write, input, { ...forest, base: [first, 0] });
  const isOpposite = base.length === 2;
  const second = sliced(write, scores, 1, isOpposite ? 0 : 1, 1);
  const positive = isOpposite ? sumOf(write, second, write.scalar(base[1] as number)) : second;
  const both = isOpposite ? columns(write, write.node(neg, {}, [positive]), positive) : scores;
  return [
    labelWhere(write, isAbove(write, positive, limit), used.size === 1 ? own : [0, 1]),
    transformed(write, both, transform),
  ];
}

function readClassifier(node: OnnxNode, write: GraphWriter, labels: ClassLabels): [Tensor, Tensor] {
  const count = labels.integers.length;
  requireThat(count >= 2, `it has ${count} class; at least 2 are expected`);
  return count === 2 ? twoClasses(node, write, labels) : manyClasses(node, write, labels);
}

/** Modes of version 5, by number. */
const numberedModes: readonly BranchMode[] = ["<=", "<", ">=", ">", "==", "!=", "member"];
const numberedAggregates: readonly Aggregate[] = ["average", "sum", "min", "max"];
const numberedTransforms: readonly PostTransform[] = [
  "NONE",
  "SOFTMAX",
  "LOGISTIC",
  "SOFTMAX_ZERO",
  "PROBIT",
];

/** Sets of numbers that end in NaN, one after the other. */
function membershipSets(numbers: readonly number[]): number[][] {
  const sets: number[][] = [];
  let own: number[] = [];
  for (const number of numbers) {
    if (!Number.isNaN(number)) own.push(number);
    else {
      sets.push(own);
      own = [];
    }
  }
  return own.length > 0 ? [...sets, own] : sets;
}

/** The trees of version 5: branches and leaves in lists of their own, each child one or the other. */
function forestOfNumbers(node: OnnxNode): FileForest {
  const constant = (name: string): number[] => Array.from(node.tensor(name)?.data ?? [], Number);
  const list = (name: string): readonly number[] => node.integers(name) ?? [];
  const [features, splits, modeNumbers] = [
    list("nodes_featureids"),
    constant("nodes_splits"),
    constant("nodes_modes"),
  ];
  const [passed, failed] = [list("nodes_truenodeids"), list("nodes_falsenodeids")];
  const [passedLeaf, failedLeaf] = [list("nodes_trueleafs"), list("nodes_falseleafs")];
  const missing = list("nodes_missing_value_tracks_true");
  const [leafTargets, leafWeights] = [list("leaf_targetids"), constant("leaf_weights")];
  const count = requireSameLength("branches", {
    nodes_featureids: features,
    nodes_splits: splits,
    nodes_modes: modeNumbers,
    nodes_truenodeids: passed,
    nodes_falsenodeids: failed,
    nodes_trueleafs: passedLeaf,
    nodes_falseleafs: failedLeaf,
  });
  requireSameLength("leaves", { leaf_targetids: leafTargets, leaf_weights: leafWeights });
  const sets = membershipSets(constant("membership_values"));
  let nextSet = 0;
  const child = (id: number | undefined, isLeaf: number | undefined): number => {
    const limit = isLeaf === 1 ? leafTargets.length : count;
    if (id === undefined || id < 0 || id >= limit)
      throw new NotRunnable(`a branch leads to ${isLeaf === 1 ? "leaf" : "branch"} ${id} of ${limit}`);
    return isLeaf === 1 ? count + id : id;
  };
  const branches = features.map((feature, i): FileNode => {
    const mode = numberedModes[modeNumbers[i] as number];
    if (mode === undefined)
      throw new NotRunnable(`branch ${i} has the mode ${modeNumbers[i]}; 0 to 6 are expected`);
    const values = mode === "member" ? sets[nextSet++] : [splits[i] as number];
    if (values === undefined || values.length === 0)
      throw new NotRunnable(`branch ${i} asks for members of a set that is not there`);
    return {
      mode,
      feature,
      values,
      missing: missing[i] === 1,
      passed: child(passed[i], passedLeaf[i]),
      failed: child(failed[i], failedLeaf[i]),
    };
  });
  return {
    nodes: [...branches, ...leafTargets.map((_, leaf) => ({ leaf }))],
    roots: list("tree_roots"),
    leaves: leafTargets.map((target, i) => [{ target, weight: leafWeights[i] as number }]),
    targets: requireTargets(node.integer("n_targets", 1)),
    aggregate: numberedAggregates[node.integer("aggregate_function", 1)] ?? "sum",
  };
}

function readEnsemble(node: OnnxNode, write: GraphWriter): Tensor {
  const [aggregate, transform] = [node.integer("aggregate_function", 1), node.integer("post_transform", 0)];
  const postTransform = numberedTransforms[transform];
  requireThat(numberedAggregates[aggregate] !== undefined, `aggregate_function ${aggregate} does not exist`);
  if (postTransform === undefined) throw new NotRunnable(`post_transform ${transform} does not exist`);
  const scores = forestOutput(write, featureRows(write, node.input(0)), forestOfNumbers(node));
  return targetScores(write, scores, postTransform);
}

const becomes = ["treeEnsemble"];

/** Decision trees, forests and boosted trees. */
export const trees: readonly OnnxMapping[] = [
  {
    operator: "TreeEnsembleClassifier",
    domain: "ai.onnx.ml",
    becomes: [...becomes, "argMax", "softmax", "logistic"],
    read: classifier("classlabels_int64s", "classlabels_strings", readClassifier),
  },
  { operator: "TreeEnsembleRegressor", domain: "ai.onnx.ml", becomes, read: readRegressor },
  { operator: "TreeEnsemble", domain: "ai.onnx.ml", becomes, read: readEnsemble },
];
