import type { Tensor, TensorData } from "../../../host/graph/tensor.js";
import type { Aggregate } from "../../../host/ops/matrix/tree-ensemble.js";
import { random } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";

/** A tree as it is drawn: a leaf's number, or a branch. */
export type Tree =
  | number
  | { feature: number; threshold: number; missing: boolean; first: Tree; second: Tree };

/** A branch that stands for none where all trees are leaves. */
const unreached = { feature: 0, threshold: 0, missing: false, first: 0, second: 0 };

/** An ensemble with rows that it is given. */
export interface Drawn {
  input: Tensor;
  values: Float32Array | Int8Array;
  aggregate: Aggregate;
  trees: { root: Tree; target: number }[];
  leaves: number[][];
  base: number[];
}

/** A constant table. */
export const constant = (data: TensorData, shape: readonly number[], dtype: Tensor["dtype"]): Tensor => ({
  name: "table",
  dtype,
  shape,
  data,
});

/** The inputs of a node: the input, and the tables of the trees. */
export function inputsOf({ input, trees, leaves, base }: Drawn): Tensor[] {
  // Branches before what they lead to: the reverse of the order in which a walk leaves them.
  const left = new Set<Exclude<Tree, number>>();
  const visit = (tree: Tree): void => {
    if (typeof tree === "number" || left.has(tree)) return;
    visit(tree.second);
    visit(tree.first);
    left.add(tree);
  };
  for (const { root } of trees) visit(root);
  const order = left.size === 0 ? [unreached] : [...left].reverse();
  const numbers = new Map<Tree, number>(order.map((branch, i) => [branch, i]));
  const number = (tree: Tree): number =>
    typeof tree === "number" ? -1 - tree : (numbers.get(tree) as number);
  const branches = order.flatMap(({ feature, missing, first, second }) => [
    feature,
    number(first),
    number(second),
    missing ? 1 : 0,
  ]);
  const thresholds = order.map(({ threshold }) => threshold);
  const roots = trees.flatMap(({ root, target }) => [number(root), target]);
  const width = leaves[0]?.length ?? 0;
  return [
    input,
    constant(Int32Array.from(branches), [thresholds.length, 4], "int32"),
    constant(Float32Array.from(thresholds), [thresholds.length], "float32"),
    constant(Int32Array.from(roots), [trees.length, 2], "int32"),
    constant(Float32Array.from(leaves.flat()), [leaves.length, width], "float32"),
    constant(Float32Array.from(base), [base.length], "float32"),
  ];
}

/** What the node gives, by the definition: float32 at every step. */
export function expected({ input, values, aggregate, trees, leaves, base }: Drawn): number[] {
  const features = input.shape.at(-1) as number;
  const { scale = [1], zeroPoint = [0] } = input.quantization ?? {};
  const real = (q: number): number =>
    input.quantization === undefined ? q : Math.fround((scale[0] as number) * (q - (zeroPoint[0] as number)));
  const leafOf = (tree: Tree, row: ArrayLike<number>): number => {
    if (typeof tree === "number") return tree;
    const x = real(row[tree.feature] as number);
    return leafOf(x <= tree.threshold || (Number.isNaN(x) && tree.missing) ? tree.first : tree.second, row);
  };
  const rows = Array.from({ length: values.length / features }, (_, i) =>
    values.subarray(i * features, (i + 1) * features),
  );
  return rows.flatMap((row) =>
    base.map((own, t) => {
      const given = trees
        .map(({ root, target }) => leaves[leafOf(root, row)]?.[t - target])
        .filter((weight) => weight !== undefined && !Number.isNaN(weight)) as number[];
      const sum = given.reduce((total, weight) => Math.fround(total + weight), 0);
      const extreme = given.length === 0 ? 0 : Math[aggregate === "min" ? "min" : "max"](...given);
      const joined = { sum, average: Math.fround(sum / trees.length), min: extreme, max: extreme }[aggregate];
      return Math.fround(joined + own);
    }),
  );
}

/** A random ensemble. */
export function draw(
  seed: number,
  { features, dtype }: { features: number; dtype: "float32" | "int8" },
): Drawn {
  const { integer, real } = random(seed);
  const aggregate = (["sum", "average", "min", "max"] as const)[integer(0, 3)] as Aggregate;
  const isSum = aggregate === "sum" || aggregate === "average";
  const targets = integer(1, 4);
  const width = integer(0, 1) === 0 ? 1 : targets;
  const weight = (): number => (!isSum && integer(0, 3) === 0 ? Number.NaN : Math.fround(real() * 2 - 1));
  const leaves = Array.from({ length: integer(1, 12) }, () => Array.from({ length: width }, weight));
  const isInt8 = dtype === "int8";
  const [scale, zeroPoint] = [Math.fround(0.001 + real()), integer(-128, 127)];
  // Thresholds on the values themselves, between them, and beyond all.
  const threshold = (): number => {
    if (integer(0, 19) === 0) return Number.NaN;
    if (!isInt8) return integer(0, 2) / 2;
    const q = integer(0, 9) === 0 ? integer(-400, 400) : integer(-128, 127);
    return Math.fround(Math.fround(scale * (q - zeroPoint)) + integer(-1, 1) * scale * 0.3);
  };
  const made: Tree[] = [];
  const tree = (depth: number): Tree => {
    const shared = made.at(-1);
    if (shared !== undefined && integer(0, 9) === 0) return shared;
    if (depth === 0 || integer(0, 4) === 0) return integer(0, leaves.length - 1);
    const [first, second] = [tree(depth - 1), tree(depth - 1)];
    const feature = integer(0, 3) === 0 ? features - 1 : integer(0, Math.min(3, features - 1));
    const branch = { feature, threshold: threshold(), missing: integer(0, 1) === 1, first, second };
    made.push(branch);
    return branch;
  };
  const trees = Array.from({ length: integer(1, 9) }, () => {
    made.length = 0;
    return { root: tree(integer(0, 6)), target: width === 1 ? integer(0, targets - 1) : 0 };
  });
  const rows = integer(1, 5);
  const shape = rows === 1 ? [features] : [rows, features];
  const values = isInt8
    ? random(seed + 1).int8s(rows * features)
    : Float32Array.from({ length: rows * features }, () =>
        integer(0, 9) === 0 ? Number.NaN : integer(-1, 5) / 4,
      );
  return {
    input: isInt8 ? quantized(shape, scale, zeroPoint) : plain(shape),
    values,
    aggregate,
    trees,
    leaves,
    base: Array.from({ length: targets }, () => integer(-2, 2) / 4),
  };
}
