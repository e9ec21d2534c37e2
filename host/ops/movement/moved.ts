import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, perTensor, type Tensor } from "../../graph/tensor.js";
import { sameParameters } from "../../numerics/requantization.js";

/** The input at a position. Throws `NotRunnable` where it is absent. */
export function inputAt(inputs: readonly (Tensor | undefined)[], position = 0): Tensor {
  const input = inputs[position];
  if (input === undefined)
    throw new NotRunnable(position === 0 ? "the input is missing" : `input ${position} is missing`);
  return input;
}

/** Whether elements mean the same in both tensors: they have one dtype and the same parameters, or none. */
export function meansTheSame(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype) return false;
  if (a.dtype === "float32") return true;
  return (perTensor(a) === undefined && perTensor(b) === undefined) || sameParameters(a, b);
}

/**
 * Checks that elements of inputs can be moved into the outputs as they are. Throws `NotRunnable` where one has another
 * scale or zero point; dtypes are for `infer`.
 */
export function requireSameMeaning(inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
  for (const output of outputs) {
    for (const [i, input] of inputs.entries()) {
      requireThat(
        input.dtype !== output.dtype || meansTheSame(input, output),
        `input ${i} has another scale or zero point than the output; ${input.dtype} inputs of equal parameters are expected`,
      );
    }
  }
}

/** Elements of what is moved, at most: as many of float32 fill linear memory. */
const maxElements = 2 ** 24;

/**
 * A shape of what an operator reads again and again, or fills. A small file could ask for any number of elements. Throws
 * `NotRunnable`.
 */
export function limitedShape(shape: readonly number[]): readonly number[] {
  const elements = elementCount(shape);
  requireThat(
    elements <= maxElements,
    `the output has ${elements} elements; up to ${maxElements} are supported`,
  );
  return shape;
}

/** `axis`, counted from the end where it is negative. Throws `NotRunnable` outside `0..rank-1`. */
export function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  requireThat(
    Number.isInteger(axis) && positive >= 0 && positive < rank,
    `axis ${axis} is not one of the ${rank} axes`,
  );
  return positive;
}
