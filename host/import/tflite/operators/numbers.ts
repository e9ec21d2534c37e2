import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { DType, Tensor, TensorData } from "../../../graph/tensor.js";
import type { TfliteNode } from "./mapping.js";

/**
 * The numbers of an input that says what a node does: axes, lengths, places. Throws `NotRunnable` where it is missing, computed while
 * the model runs, or of no index type.
 *
 * @param what its name in texts
 */
export function numbersAt({ inputs }: TfliteNode, position: number, what: string): number[] {
  const tensor = inputs[position];
  if (tensor === undefined) throw new NotRunnable(`the ${what} must be given`);
  requireThat(
    tensor.dtype === "int32" || tensor.dtype === "int64",
    `the ${what} must be int32 or int64, not ${tensor.dtype}`,
  );
  if (tensor.data === undefined)
    throw new NotRunnable(`the ${what} must be constant, not computed while the model runs`);
  return Array.from(tensor.data, Number);
}

/** As `numbersAt`, of one number. */
export function numberAt(node: TfliteNode, position: number, what: string): number {
  const [number, ...more] = numbersAt(node, position, what);
  if (number === undefined || more.length > 0) throw new NotRunnable(`the ${what} must be one number`);
  return number;
}

/** The node's first output. */
export function outputOf({ outputs }: TfliteNode): Tensor {
  const [output] = outputs;
  if (output === undefined) throw new NotRunnable("the output is missing");
  return output;
}

/** A constant of the graph. */
export function constant(name: string, dtype: DType, shape: readonly number[], data: TensorData): Tensor {
  return { name, dtype, shape, data };
}
