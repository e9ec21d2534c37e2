import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { wholeView } from "../../numerics/strided-view.js";
import { batchMatmul } from "../../ops/matrix/batch-matmul.js";
import { sum } from "../../ops/reduction/reduce.js";
import type { GraphWriter } from "../graph-writer.js";
import { connected } from "./matrix.js";
import { reshaped, transposed, viewed } from "./movement.js";

/** A tensor whose axes have labels. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** Labels of a term; those of an ellipsis are numbers, counted from the last axis. */
function labelsOf(term: string, axes: number): string[] {
  const letters = term.replaceAll(" ", "").replace("...", "…");
  const others = axes - (letters.length - 1);
  const labels = [...letters].flatMap((letter) =>
    letter === "…" ? Array.from({ length: others }, (_, i) => `${others - i}`) : [letter],
  );
  requireThat(labels.length === axes, `"${term}" names ${labels.length} axes; the tensor has ${axes}`);
  return labels;
}

/** What stands on the right of the arrow: as written, or all labels that occur once, in alphabetical order. */
function outputLabels(written: string | undefined, operands: readonly Labelled[]): string[] {
  const all = operands.flatMap(({ labels }) => labels);
  const ellipsis = [...new Set(all.filter((label) => /^\d/.test(label)))].sort(
    (a, b) => Number(b) - Number(a),
  );
  if (written === undefined) {
    const once = all.filter((label) => /^\D/.test(label) && all.indexOf(label) === all.lastIndexOf(label));
    return [...ellipsis, ...once.sort()];
  }
  const letters = written.replaceAll(" ", "").replace("...", "…");
  return [...letters].flatMap((letter) => (letter === "…" ? ellipsis : [letter]));
}

/** A tensor of which a label names one axis each: those named twice become their diagonal. */
function withoutDiagonals(write: GraphWriter, { tensor, labels }: Labelled): Labelled {
  const own = [...new Set(labels)];
  if (own.length === labels.length) return { tensor, labels };
  const { strides } = wholeView(tensor.shape);
  const axesOf = (label: string) => labels.flatMap((other, axis) => (other === label ? [axis] : []));
  const view = {
    offset: 0,
    lengths: own.map((label) => tensor.shape[labels.indexOf(label)] as number),
    strides: own.map((label) => axesOf(label).reduce((total, axis) => total + (strides[axis] as number), 0)),
  };
  return { tensor: viewed(write, tensor, view), labels: own };
}

/** The sum over all axes whose labels are not kept. */
function summed(write: GraphWriter, { tensor, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const axes = [...labels.keys()].filter((axis) => !kept.has(labels[axis] as string));
  if (axes.length === 0) return { tensor, labels };
  return {
    tensor: write.node(sum, { axes, keepDims: false }, [tensor]),
    labels: labels.filter((label) => kept.has(label)),
  };
}

/** Axes in the order of labels, and those that it lacks with length 1. */
function ordered(write: GraphWriter, { tensor, labels }: Labelled, order: readonly string[]): Tensor {
  const known = order.filter((label) => labels.includes(label));
  const moved = transposed(
    write,
    tensor,
    known.map((label) => labels.indexOf(label)),
  );
  const shape = order.map((label) =>
    labels.includes(label) ? (tensor.shape[labels.indexOf(label)] as number) : 1,
  );
  return reshaped(write, moved, shape);
}

/** The product of two tensors, summed over the labels that both have and nothing keeps. */
function product(write: GraphWriter, a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = [...new Set([...a.labels, ...b.labels])].filter(
    (label) => both.includes(label) && kept.has(label),
  );
  const inner = both.filter((label) => !kept.has(label));
  const left = a.labels.filter((label) => !both.includes(label));
  const right = b.labels.filter((label) => !both.includes(label));
  const lengthOf = (label: string): number => {
    const lengths = [a, b].map(({ tensor, labels }) => tensor.shape[labels.indexOf(label)] ?? 1);
    return Math.max(...lengths);
  };
  const count = (labels: readonly string[]) => elementCount(labels.map(lengthOf));
  const side = (operand: Labelled, own: readonly string[]): Tensor => {
    const tensor = ordered(write, operand, [...batch, ...own, ...inner]);
    const batches = tensor.shape.slice(0, batch.length);
    return reshaped(write, tensor, [...batches, count(own), count(inner)]);
  };
  for (const label of inner) {
    const lengths = [a, b].map(({ tensor, labels }) => tensor.shape[labels.indexOf(label)]);
    if (lengths[0] !== lengths[1])
      throw new NotRunnable(`"${label}" names axes of ${lengths[0]} and ${lengths[1]} indices`);
  }
  const [rows, columns] = [side(a, left), side(b, right)];
  const isByWeights = batch.length === 0 && columns.data !== undefined && rows.data === undefined;
  const result =
    isByWeights && rows.dtype === "float32"
      ? connected(write, rows, columns)
      : write.node(batchMatmul, { transposeFirst: false, transposeSecond: true }, [rows, columns]);
  const labels = [...batch, ...left, ...right];
  return { tensor: reshaped(write, result, labels.map(lengthOf)), labels };
}

/**
 * Einstein's sum: products of tensors, summed over every label that the right side leaves out. Throws `NotRunnable`.
 *
 * @param equation as NumPy writes it: "bij,bjk->bik", "...ij->...ji"
 *
 * Source: numpy.einsum.
 */
export function einsum(write: GraphWriter, equation: string, inputs: readonly Tensor[]): Tensor {
  const [left = "", written] = equation.split("->");
  const terms = left.split(",");
  requireThat(
    terms.length === inputs.length,
    `"${equation}" has ${terms.length} terms for ${inputs.length} inputs`,
  );
  const given = inputs.map((tensor, i) =>
    withoutDiagonals(write, { tensor, labels: labelsOf(terms[i] as string, tensor.shape.length) }),
  );
  const wanted = outputLabels(written, given);
  const [first, ...others] = given;
  let result = first as Labelled;
  for (const [i, other] of others.entries()) {
    const later = new Set([...wanted, ...others.slice(i + 1).flatMap(({ labels }) => labels)]);
    const [a, b] = [result, other].map((operand, k) => {
      const partner = (k === 0 ? other : result).labels;
      return summed(write, operand, new Set([...later, ...partner]));
    });
    result = product(write, a as Labelled, b as Labelled, later);
  }
  return ordered(write, summed(write, result, new Set(wanted)), wanted);
}
