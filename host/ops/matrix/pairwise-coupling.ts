import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Operator, Values } from "../operator.js";
import { inputsOf, requireDtype, rowsOf } from "../signal/tensors.js";

/** Classes of which the pairs are quadratic in memory. */
const maxClasses = 256;

/** Steps after which what has not settled is taken as it is. */
export const couplingSteps = 100;

/** Checks a node; rows, and classes of which all pairs are there. Throws `NotRunnable`. */
export function couplingGeometry(node: BoundNode): { input: Tensor; rows: number; classes: number } {
  const [input] = inputsOf(node, "input") as [Tensor];
  requireDtype(input, "input", "float32");
  const { rows, length: pairs } = rowsOf(input, "input");
  const classes = (1 + Math.sqrt(1 + 8 * pairs)) / 2;
  requireThat(
    Number.isInteger(classes) && classes <= maxClasses,
    `${pairs} pairs of classes; n * (n - 1) / 2 are expected, of up to ${maxClasses} classes`,
  );
  return { input, rows, classes };
}

/** Where the pair of two classes, of which the first is the lower, lies among all: 01, 02, .., 12, .. */
function pairOf(low: number, high: number, classes: number): number {
  return (low * (2 * classes - low - 1)) / 2 + high - low - 1;
}

/** The probabilities of one row's classes, from those of the pairs, in float32. */
function couple(pairs: Values, classes: number): Float32Array {
  const f = Math.fround;
  /** Probability of class i where it is i or j. */
  const of = (i: number, j: number): number =>
    i < j ? (pairs[pairOf(i, j, classes)] as number) : f(1 - (pairs[pairOf(j, i, classes)] as number));
  const indices = Array.from({ length: classes }, (_, i) => i);
  const sum = (terms: readonly number[]): number => terms.reduce((total, term) => f(total + term), 0);
  const q = indices.map((i) =>
    indices.map((j) =>
      i === j
        ? sum(indices.filter((k) => k !== i).map((k) => f(of(k, i) * of(k, i))))
        : -f(of(Math.max(i, j), Math.min(i, j)) * of(Math.min(i, j), Math.max(i, j))),
    ),
  ) as [number, ...number[]][];
  const p = new Float32Array(classes).fill(1 / classes);
  const tolerance = f(f(0.005) / classes);
  for (let step = 0; step < couplingSteps; step++) {
    const qp = Float32Array.from(indices, (i) =>
      sum(indices.map((j) => f((q[i]?.[j] ?? 0) * (p[j] as number)))),
    );
    let pqp = sum(indices.map((i) => f((p[i] as number) * (qp[i] as number))));
    if (qp.every((value) => Math.abs(f(value - pqp)) < tolerance)) break;
    for (const i of indices) {
      const diagonal = q[i]?.[i] as number;
      const change = f(f(pqp - (qp[i] as number)) / diagonal);
      const scale = f(1 + change);
      p[i] = (p[i] as number) + change;
      const inner = f(f(change * diagonal) + f(2 * (qp[i] as number)));
      pqp = f(f(f(pqp + f(change * inner)) / scale) / scale);
      for (const j of indices) {
        qp[j] = f((qp[j] as number) + f(change * (q[i]?.[j] as number))) / scale;
        p[j] = (p[j] as number) / scale;
      }
    }
  }
  return p;
}

/**
 * Probabilities of classes from those of their pairs: each pair's is that of the lower class where it is one of both.
 * Pairs are in the order 01, 02, .., 12, ..
 *
 * Source: Wu, Lin, Weng: Probability Estimates for Multi-class Classification by Pairwise Coupling (2004), method 2 as
 * LIBSVM iterates it, in float32 with ONNX Runtime's tolerance.
 */
export const pairwiseCoupling: Operator = {
  name: "pairwiseCoupling",
  quantization: { output: "float" },
  infer(node) {
    const { input, classes } = couplingGeometry(node);
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -1), classes] }];
  },
  macs(node) {
    const { rows, classes } = couplingGeometry(node);
    return rows * classes * classes * couplingSteps;
  },
  reference(node, [values]) {
    const { rows, classes } = couplingGeometry(node);
    const pairs = (classes * (classes - 1)) / 2;
    const output = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row++)
      output.set(couple((values as Values).subarray(row * pairs, (row + 1) * pairs), classes), row * classes);
    return [output];
  },
};
