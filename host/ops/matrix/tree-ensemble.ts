import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, elementCount, type Tensor } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import type { Operator, Values } from "../operator.js";

/** What becomes of what the trees give to a target. */
export type Aggregate = "sum" | "average" | "min" | "max";

/** Attributes of an ensemble of trees. */
export interface TreeEnsembleAttributes {
  aggregate: Aggregate;
}

/** Numbers of a branch in its table: feature, child where the feature is <= the threshold, child elsewhere, where NaN goes. */
export const branchFields = 4;

/** Features, branches, leaves and trees, each: what a table's numbers reach. */
const countLimit = 2 ** 24 - 1;

const names = ["input", "branches", "thresholds", "trees", "leaves", "base"] as const;
const dtypes: readonly DType[] = ["float32", "int8"];

/** An ensemble's tables, checked. A child, as a root, is the number of a branch, or below 0 the leaf -1 - child. */
export interface Forest {
  input: Tensor;
  /** Rows of the input, and features of each. */
  rows: number;
  features: number;
  /** Four numbers a branch: feature, child where it is <= the threshold, child elsewhere, 1 where NaN goes as <= does. */
  branches: Int32Array;
  thresholds: Float32Array;
  /** Two numbers a tree: root, and the first target that its leaves give to. */
  trees: Int32Array;
  treeCount: number;
  /** What each leaf gives to `width` targets from the tree's first on. */
  leaves: Float32Array;
  width: number;
  /** What each target's result has on top of its aggregate. */
  base: Float32Array;
  targets: number;
}

/** A branch of a forest, with its children. */
export interface Branch {
  feature: number;
  /** Where the feature is at most the threshold. */
  first: number;
  second: number;
  /** Whether NaN goes to the first. */
  missing: boolean;
}

/** The branch of that number. */
export function branchAt({ branches }: Pick<Forest, "branches">, number: number): Branch {
  const at = number * branchFields;
  return {
    feature: branches[at] as number,
    first: branches[at + 1] as number,
    second: branches[at + 2] as number,
    missing: branches[at + 3] === 1,
  };
}

/** A constant table of rows of so many numbers. Throws `NotRunnable` for any other. */
function table<D extends "int32" | "float32">(
  tensor: Tensor,
  name: string,
  dtype: D,
  columns?: number,
): D extends "int32" ? Int32Array : Float32Array {
  const { data, shape } = tensor;
  requireThat(data !== undefined, `the ${name} must be constant`);
  requireThat(tensor.dtype === dtype, `the ${name} are ${tensor.dtype}; ${dtype} is expected`);
  const rank = columns === undefined ? 1 : 2;
  requireThat(
    shape.length === rank && (columns === undefined || shape[1] === columns),
    `the ${name} have the shape [${shape.join()}]; ${columns === undefined ? "one axis" : `rows of ${columns}`} expected`,
  );
  return data as never;
}

/** Looks up and checks an ensemble's tables. Throws `NotRunnable`. */
export function forestOf(node: BoundNode<TreeEnsembleAttributes>): Forest {
  const tensors = names.map((name, i) => {
    const tensor = node.inputs[i];
    if (tensor === undefined) throw new NotRunnable(`the ${name} is missing`);
    return tensor;
  });
  const [input, branchTable, thresholdTable, treeTable, leafTable, baseTable] = tensors as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  requireThat(dtypes.includes(input.dtype), `input is ${input.dtype}; ${alternatives(dtypes)} is expected`);
  if (input.dtype === "int8") int8Parameters(input);
  requireThat(input.shape.length > 0, "the input is a scalar; at least one axis is expected");
  const features = input.shape.at(-1) as number;
  const width = leafTable.shape[1] ?? 0;
  const forest: Forest = {
    input,
    rows: elementCount(input.shape) / features,
    features,
    branches: table(branchTable, "branches", "int32", branchFields),
    thresholds: table(thresholdTable, "thresholds", "float32"),
    trees: table(treeTable, "trees", "int32", 2),
    treeCount: treeTable.shape[0] ?? 0,
    leaves: table(leafTable, "leaves", "float32", width),
    width,
    base: table(baseTable, "base values", "float32"),
    targets: elementCount(baseTable.shape),
  };
  checkForest(forest);
  return forest;
}

/** Checks that what the tables point to is there, and that every way down ends. Throws `NotRunnable`. */
function checkForest(forest: Forest): void {
  const { features, branches, thresholds, trees, treeCount, leaves, width, targets } = forest;
  const count = thresholds.length;
  requireThat(
    branches.length === count * branchFields,
    `${branches.length / branchFields} branches and ${count} thresholds; as many are expected`,
  );
  requireThat(width >= 1 && width <= targets, `leaves give to ${width} targets of ${targets}`);
  const leafCount = leaves.length / width;
  for (const number of [features, count, leafCount, treeCount])
    requireThat(number <= countLimit, `a table of ${number}; up to ${countLimit} are supported`);
  const requireChild = (child: number, from: number, what: string): void =>
    requireThat(
      child < 0 ? -1 - child < leafCount : child >= from && child < count,
      `${what} leads to ${child < 0 ? `leaf ${-1 - child} of ${leafCount}` : `branch ${child} of ${count}`}; a leaf or a branch from ${from} on is expected`,
    );
  for (let i = 0; i < count; i++) {
    const { feature, first, second } = branchAt(forest, i);
    requireThat(feature >= 0 && feature < features, `branch ${i} asks feature ${feature} of ${features}`);
    requireChild(first, i + 1, `branch ${i}`);
    requireChild(second, i + 1, `branch ${i}`);
  }
  for (let tree = 0; tree < treeCount; tree++) {
    const target = trees[2 * tree + 1] as number;
    requireChild(trees[2 * tree] as number, 0, `tree ${tree}`);
    requireThat(
      target >= 0 && target + width <= targets,
      `tree ${tree} gives to ${width} targets from ${target} on, of ${targets}`,
    );
  }
}

/** The most branches that lie on the way down from each branch, itself included. */
function depths(forest: Forest): Int32Array {
  const result = new Int32Array(forest.thresholds.length);
  const depthOf = (child: number): number => (child < 0 ? 0 : (result[child] as number));
  for (let i = result.length - 1; i >= 0; i--) {
    const { first, second } = branchAt(forest, i);
    result[i] = 1 + Math.max(depthOf(first), depthOf(second));
  }
  return result;
}

/** The leaf at which the walk of the row from `start` on ends. */
function leafOf(forest: Forest, root: number, values: Values, start: number): number {
  let child = root;
  while (child >= 0) {
    const { feature, first, second, missing } = branchAt(forest, child);
    const value = values[start + feature] as number;
    const isFirst = Number.isNaN(value) ? missing : value <= (forest.thresholds[child] as number);
    child = isFirst ? first : second;
  }
  return -1 - child;
}

/** Joins what a leaf gives to what a target has, of which NaN says that there was nothing. */
function join(aggregate: Aggregate, has: number, given: number): number {
  if (aggregate === "sum" || aggregate === "average") return Math.fround(has + given);
  if (Number.isNaN(given)) return has;
  if (Number.isNaN(has)) return given;
  return aggregate === "min" ? Math.min(has, given) : Math.max(has, given);
}

/**
 * An ensemble of decision trees over the features of a row: forests and boosted trees, of constant tables. A leaf of NaN
 * gives nothing to its target; where no tree gives to a target, the aggregate is 0.
 */
export const treeEnsemble: Operator<TreeEnsembleAttributes> = {
  name: "treeEnsemble",
  quantization: { output: "float" },
  infer(node) {
    const { input, leaves, base, targets } = forestOf(node);
    const { aggregate } = node.attributes;
    const isSum = aggregate === "sum" || aggregate === "average";
    requireThat(
      leaves.every((leaf) => Number.isFinite(leaf) || (Number.isNaN(leaf) && !isSum)),
      "a leaf gives what is not finite",
    );
    requireThat(base.every(Number.isFinite), "a base value is not finite");
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -1), targets] }];
  },
  macs(node) {
    const forest = forestOf(node);
    const depth = depths(forest);
    let steps = 0;
    for (let i = 0; i < forest.trees.length; i += 2) {
      const root = forest.trees[i] as number;
      steps += forest.width + (root < 0 ? 0 : (depth[root] as number));
    }
    return forest.rows * steps;
  },
  reference(node, [values]) {
    const forest = forestOf(node);
    const { rows, features, trees, treeCount, leaves, width, base, targets } = forest;
    const { aggregate } = node.attributes;
    const isSum = aggregate === "sum" || aggregate === "average";
    const output = new Float32Array(rows * targets).fill(isSum ? 0 : Number.NaN);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < trees.length; i += 2) {
        const leaf = leafOf(forest, trees[i] as number, values as Values, row * features);
        const to = row * targets + (trees[i + 1] as number);
        for (let k = 0; k < width; k++)
          output[to + k] = join(aggregate, output[to + k] as number, leaves[leaf * width + k] as number);
      }
    }
    const divisor = aggregate === "average" ? treeCount : 1;
    return [
      output.map((value, i) =>
        Number.isNaN(value) && !isSum
          ? (base[i % targets] as number)
          : Math.fround(value / divisor) + (base[i % targets] as number),
      ),
    ];
  },
};
