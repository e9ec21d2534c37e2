import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { batchMatmul } from "../../ops/matrix/batch-matmul.js";
import { fullyConnected } from "../../ops/matrix/fully-connected.js";
import { sum } from "../../ops/reduction/reduce.js";
import type { GraphWriter } from "../graph-writer.js";
import { reshaped, transposed } from "./movement.js";

/** Letters of an equation's operands and its output, one an axis; those that "..." stands for are digits. */
export interface EinsumShape {
  readonly inputs: readonly string[];
  readonly output: string;
}

/** A tensor whose axes have letters. */
interface Lettered {
  readonly tensor: Tensor;
  readonly letters: string;
}

/** The letters that "..." stands for in an operand of so many axes: digits, counted from the last axis. */
function spelled(letters: string, rank: number): string {
  const missing = rank - letters.replace("...", "").length;
  requireThat(
    missing >= 0 && missing <= 9 && (missing === 0 || letters.includes("...")),
    `"${letters}" does not name the axes of a tensor of ${rank}`,
  );
  return letters.replace("...", "987654321".slice(9 - missing));
}

/** Axes by letters, without those in `without`, in their order. */
const without = (letters: string, other: string): string =>
  [...letters].filter((letter) => !other.includes(letter)).join("");

/** Axes by letters that both have, in the first one's order. */
const shared = (letters: string, other: string): string =>
  [...letters].filter((letter) => other.includes(letter)).join("");

/**
 * The letters of an equation in Einstein's summation convention ("bij,bjk->bik", without "->" in the alphabet's order).
 * Throws `NotRunnable`.
 */
export function einsumShape(equation: string, shapes: readonly (readonly number[])[]): EinsumShape {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const operands = left.split(",");
  requireThat(
    operands.length === shapes.length && /^([a-zA-Z]|\.\.\.)*$/.test(operands.join("") + (right ?? "")),
    `"${equation}" is no equation of ${shapes.length} tensors`,
  );
  const inputs = operands.map((letters, i) => spelled(letters, shapes[i]?.length ?? 0));
  const all = inputs.join("");
  const digits = [...new Set([...all].filter((letter) => letter <= "9"))].sort().reverse().join("");
  const once = [...new Set(all)].filter((letter) => all.split(letter).length === 2 && letter > "9").sort();
  const output = right === undefined ? digits + once.join("") : right.replace("...", digits);
  requireThat(
    [...output].every((letter) => all.includes(letter)) && new Set(output).size === output.length,
    `the output of "${equation}" names axes that no operand has, or one twice`,
  );
  for (const letters of inputs) {
    const isDiagonal = new Set(letters).size < letters.length;
    requireThat(!isDiagonal, `"${equation}" reads a diagonal, which is not supported`);
  }
  return { inputs, output };
}

/** Lengths of axes by their letters. Throws `NotRunnable` where two operands disagree. */
function lengthsOf(operands: readonly Lettered[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { tensor, letters } of operands) {
    for (const [axis, letter] of [...letters].entries()) {
      const length = tensor.shape[axis] as number;
      const known = lengths.get(letter) ?? length;
      requireThat(known === length, `axis "${letter}" has ${known} and ${length} elements`);
      lengths.set(letter, length);
    }
  }
  return lengths;
}

/** Sums over the axes that are not kept. */
function summed(write: GraphWriter, { tensor, letters }: Lettered, kept: string): Lettered {
  const axes = [...letters].flatMap((letter, axis) => (kept.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { tensor, letters };
  return {
    tensor: write.node(sum, { axes, keepDims: false }, [tensor]),
    letters: shared(letters, kept),
  };
}

/** Axes in the order of the letters. */
function ordered(write: GraphWriter, { tensor, letters }: Lettered, order: string): Tensor {
  return transposed(
    write,
    tensor,
    [...order].map((letter) => letters.indexOf(letter)),
  );
}

/** The product of two, summed over what both have and the output has not: axes are those of both, of each. */
function product(write: GraphWriter, first: Lettered, second: Lettered, output: string): Lettered {
  const lengths = lengthsOf([first, second]);
  const batch = shared(shared(first.letters, second.letters), output);
  const depth = without(shared(first.letters, second.letters), output);
  const rows = without(first.letters, second.letters);
  const columns = without(second.letters, first.letters);
  const shapeOf = (letters: string) => [...letters].map((letter) => lengths.get(letter) as number);
  const count = (letters: string) => elementCount(shapeOf(letters));
  const left = ordered(write, first, batch + rows + depth);
  const right = ordered(write, second, batch + columns + depth);
  const letters = batch + rows + columns;
  const matrix = (tensor: Tensor, ...shape: number[]) => reshaped(write, tensor, shape);
  const isWeights = batch === "" && right.data !== undefined;
  const result = isWeights
    ? write.node(fullyConnected, { activation: "none", keepAxes: false }, [
        matrix(left, count(rows), count(depth)),
        matrix(right, count(columns), count(depth)),
        undefined,
      ])
    : write.node(batchMatmul, { transposeFirst: false, transposeSecond: true }, [
        matrix(left, ...shapeOf(batch), count(rows), count(depth)),
        matrix(right, ...shapeOf(batch), count(columns), count(depth)),
      ]);
  return { tensor: reshaped(write, result, shapeOf(letters)), letters };
}

/**
 * A sum of products of one or two tensors by an equation in Einstein's summation convention: transpositions and a product
 * of matrices, by weights where the second is constant. Throws `NotRunnable` for diagonals and more than two tensors.
 */
export function einsum(write: GraphWriter, equation: string, inputs: readonly Tensor[]): Tensor {
  const shape = einsumShape(
    equation,
    inputs.map((tensor) => tensor.shape),
  );
  const operands = inputs.map((tensor, i) => ({ tensor, letters: shape.inputs[i] as string }));
  const [first, second, ...more] = operands;
  if (first === undefined || more.length > 0)
    throw new NotRunnable(`an equation of ${inputs.length} tensors is not supported; 1 or 2 are`);
  if (second === undefined) return ordered(write, summed(write, first, shape.output), shape.output);
  const result = product(
    write,
    summed(write, first, second.letters + shape.output),
    summed(write, second, first.letters + shape.output),
    shape.output,
  );
  return ordered(write, result, shape.output);
}
