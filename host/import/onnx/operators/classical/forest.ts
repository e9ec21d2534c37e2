import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { type Aggregate, branchFields, treeEnsemble } from "../../../../ops/matrix/tree-ensemble.js";
import type { GraphWriter } from "../../../graph-writer.js";

/** How a branch tests its feature; of `member` whether it is one of several numbers. */
export type BranchMode = "<=" | "<" | ">=" | ">" | "==" | "!=" | "member";

/** A node of a tree of a file, which others name by its position. */
export type FileNode =
  | { leaf: number }
  | {
      mode: BranchMode;
      feature: number;
      /** What it compares with; several numbers of `member`. */
      values: readonly number[];
      /** Whether NaN passes, whatever the test says. */
      missing: boolean;
      passed: number;
      failed: number;
    };

/** Trees as a file has them. */
export interface FileForest {
  nodes: readonly FileNode[];
  /** Positions of the trees' roots, in the order in which they are summed. */
  roots: readonly number[];
  /** What each leaf gives to its targets. */
  leaves: readonly (readonly { target: number; weight: number }[])[];
  targets: number;
  aggregate: Aggregate;
  base?: readonly number[];
}

/** Nodes of all trees together, targets of a forest, and numbers that its leaves give, at most. */
const maxNodes = 2 ** 22;
const maxTargets = 65_536;
const maxWeights = 2 ** 24;

/** Checks the number of targets. Throws `NotRunnable`. */
export function requireTargets(targets: number): number {
  requireThat(
    targets >= 1 && targets <= maxTargets,
    `it has ${targets} targets; 1 to ${maxTargets} are supported`,
  );
  return targets;
}

/** A branch that the core operator knows: to `first` where the feature is <= the threshold, to `second` elsewhere. */
interface Test {
  threshold: number;
  /** The position of a node, or below 0 a test of the same node: -1 is its first. */
  first: number;
  second: number;
  /** Whether NaN goes to `first`. */
  missing: boolean;
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The greatest float32 below another; NaN, which nothing is at most, where there is none. */
function below(value: number): number {
  if (Number.isNaN(value) || value === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (value === 0) return -(2 ** -149);
  float[0] = value;
  bits[0] = (bits[0] as number) + (value > 0 ? -1 : 1);
  return float[0] as number;
}

/** Two tests for equality, of which the first is the node's test `at`. NaN goes to `yes` where `missing` says so. */
function equality(at: number, value: number, yes: number, no: number, missing: boolean): [Test, Test] {
  return [
    { threshold: value, first: -1 - (at + 1), second: no, missing },
    { threshold: below(value), first: no, second: yes, missing: false },
  ];
}

/** The tests that a node is made of: every mode is comparisons by <=, to the last bit. */
function testsOf({ mode, values, missing, passed, failed }: Exclude<FileNode, { leaf: number }>): Test[] {
  const value = values[0] ?? Number.NaN;
  // Nothing passes a comparison with NaN; everything is at most infinity.
  const greater = (threshold: number): Test[] => [
    {
      threshold: Number.isNaN(value) ? Number.POSITIVE_INFINITY : threshold,
      first: failed,
      second: passed,
      missing: !missing,
    },
  ];
  switch (mode) {
    case "<=":
      return [{ threshold: value, first: passed, second: failed, missing }];
    case "<":
      return [{ threshold: below(value), first: passed, second: failed, missing }];
    case ">":
      return greater(value);
    case ">=":
      return greater(below(value));
    case "==":
      return equality(0, value, passed, failed, missing);
    case "!=":
      return equality(0, value, failed, passed, false);
    case "member":
      return values.flatMap((member, i) => {
        const isLast = i === values.length - 1;
        return equality(2 * i, member, passed, isLast ? failed : -1 - 2 * (i + 1), missing);
      });
  }
}

/** Children of a node in the file. */
function childrenOf(node: FileNode | undefined): number[] {
  return node === undefined || "leaf" in node ? [] : [node.failed, node.passed];
}

/**
 * Positions of the nodes below some roots, each before its children. Throws `NotRunnable` where a way leads to a node that
 * is not there, or in a circle.
 */
function inOrder(nodes: readonly FileNode[], roots: readonly number[]): number[] {
  const states = new Uint8Array(nodes.length);
  const left: number[] = [];
  const open = [...roots];
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    requireThat(nodes[at] !== undefined, `a tree leads to node ${at}, which is not there`);
    if (states[at] === 0) {
      states[at] = 1;
      for (const child of childrenOf(nodes[at])) {
        requireThat(states[child] !== 1, `a tree leads from node ${at} back to node ${child}`);
        if (states[child] !== 2) open.push(child);
      }
      continue;
    }
    open.pop();
    if (states[at] === 1) {
      states[at] = 2;
      left.push(at);
    }
  }
  return left.reverse();
}

/** The leaves of each tree. Throws `NotRunnable` where trees are too large together, as those that share branches may be. */
function leavesOfTrees({ nodes, roots }: FileForest): number[][] {
  let visits = 0;
  return roots.map((root) => {
    const seen = new Set([root]);
    const leaves: number[] = [];
    for (const at of seen) {
      const node = nodes[at];
      if (node !== undefined && "leaf" in node) leaves.push(node.leaf);
      for (const child of childrenOf(node)) seen.add(child);
      requireThat(++visits <= maxNodes, `its trees have more than ${maxNodes} nodes`);
    }
    return leaves;
  });
}

/** The only target to which some leaves give something; undefined where there are several. */
function onlyTarget({ leaves }: FileForest, own: readonly number[]): number | undefined {
  const targets = new Set(own.flatMap((leaf) => (leaves[leaf] ?? []).map(({ target }) => target)));
  return targets.size > 1 ? undefined : ([...targets][0] ?? 0);
}

/** Whether a walk through the trees gives something to each target: always, never, or as it comes. */
export function givenTargets(forest: FileForest): ("always" | "never" | "sometimes")[] {
  const given = Array.from({ length: forest.targets }, (): "always" | "never" | "sometimes" => "never");
  for (const own of leavesOfTrees(forest)) {
    const counts = new Map<number, number>();
    for (const leaf of own) {
      const targets = new Set(forest.leaves[leaf]?.map(({ target }) => target));
      for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
    }
    for (const [target, count] of counts)
      if (given[target] !== "always") given[target] = count === own.length ? "always" : "sometimes";
  }
  return given;
}

/** What each leaf gives to `width` targets, of which several entries for one are joined. */
function leafTable({ leaves, aggregate }: FileForest, width: number): Float32Array {
  const isSum = aggregate === "sum" || aggregate === "average";
  requireThat(
    leaves.length * width <= maxWeights,
    `${leaves.length} leaves give to ${width} targets; ${maxWeights} numbers are supported`,
  );
  const table = new Float32Array(leaves.length * width).fill(isSum ? 0 : Number.NaN);
  for (const [leaf, entries] of leaves.entries()) {
    for (const { target, weight } of entries) {
      const at = leaf * width + (width === 1 ? 0 : target);
      const known = table[at] as number;
      if (isSum) table[at] = known + weight;
      else if (Number.isNaN(known)) table[at] = weight;
      else table[at] = Math[aggregate](known, weight);
    }
  }
  return table;
}

/** What the trees give for rows of float32: [rows, targets]. Throws `NotRunnable` where they are none. */
export function forestOutput(write: GraphWriter, input: Tensor, forest: FileForest): Tensor {
  const { nodes, roots, leaves, targets, aggregate, base } = forest;
  requireThat(roots.length > 0 && leaves.length > 0, "there are no trees");
  for (const { target } of leaves.flat())
    requireThat(target >= 0 && target < targets, `a leaf gives to target ${target} of ${targets}`);
  const branches: number[] = [];
  const thresholds: number[] = [];
  const order = inOrder(nodes, roots).filter((at) => !("leaf" in (nodes[at] as FileNode)));
  const tests = new Map(order.map((at) => [at, testsOf(nodes[at] as Exclude<FileNode, { leaf: number }>)]));
  const starts = new Map<number, number>();
  let count = 0;
  for (const at of order) {
    starts.set(at, count);
    count += tests.get(at)?.length ?? 0;
  }
  const reference = (at: number): number => {
    const node = nodes[at] as FileNode;
    return "leaf" in node ? -1 - node.leaf : (starts.get(at) as number);
  };
  for (const at of order) {
    const { feature } = nodes[at] as Exclude<FileNode, { leaf: number }>;
    const start = starts.get(at) as number;
    const child = (to: number): number => (to < 0 ? start - 1 - to : reference(to));
    for (const { threshold, first, second, missing } of tests.get(at) ?? []) {
      branches.push(feature, child(first), child(second), missing ? 1 : 0);
      thresholds.push(threshold);
    }
  }
  if (count === 0) {
    // Trees of a leaf alone: a table has at least one row.
    branches.push(0, -1, -1, 0);
    thresholds.push(0);
  }
  const only = leavesOfTrees(forest).map((own) => onlyTarget(forest, own));
  const width = only.includes(undefined) ? targets : 1;
  const trees = roots.flatMap((root, i) => [reference(root), width === 1 ? (only[i] as number) : 0]);
  return write.node(treeEnsemble, { aggregate }, [
    input,
    write.constant(Int32Array.from(branches), [branches.length / branchFields, branchFields], "int32"),
    write.list(thresholds),
    write.constant(Int32Array.from(trees), [roots.length, 2], "int32"),
    write.constant(leafTable(forest, width), [leaves.length, width], "float32"),
    write.list(base ?? Array.from({ length: targets }, () => 0)),
  ]);
}

/** Lists of a node's attributes that describe one thing each have the same length. Throws `NotRunnable`. */
export function requireSameLength(what: string, lists: Readonly<Record<string, ArrayLike<unknown>>>): number {
  const [[first, { length }] = ["", []], ...others] = Object.entries(lists);
  for (const [name, list] of others)
    if (list.length !== length)
      throw new NotRunnable(
        `${first} has ${length} ${what} and ${name} ${list.length}; as many are expected`,
      );
  return length;
}
