import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, type Tensor, type TensorData } from "../../graph/tensor.js";
import type { Values } from "../operator.js";

/** The node's inputs, of which there are as many as names. Throws `NotRunnable`. */
export function inputsOf(node: BoundNode, ...names: readonly string[]): Tensor[] {
  requireThat(
    node.inputs.length === names.length,
    `${node.inputs.length} inputs; ${names.length} are expected: ${names.join(", ")}`,
  );
  return names.map((name, i) => {
    const tensor = node.inputs[i];
    if (tensor === undefined) throw new NotRunnable(`the ${name} is missing`);
    return tensor;
  });
}

/** Checks a tensor's element type. Throws `NotRunnable`. */
export function requireDtype({ dtype }: Tensor, name: string, ...expected: readonly DType[]): void {
  requireThat(expected.includes(dtype), `the ${name} is ${dtype}; ${alternatives(expected)} is expected`);
}

/** Number of elements of a tensor of one axis. Throws `NotRunnable` for any other. */
export function lengthOf({ shape }: Tensor, name: string): number {
  requireThat(shape.length === 1, `the ${name} has ${shape.length} axes; 1 is expected`);
  return shape[0] as number;
}

/** Length of a tensor's last axis, and the number of such rows. Throws `NotRunnable` for a scalar. */
export function rowsOf({ shape }: Tensor, name: string): { rows: number; length: number } {
  const length = shape.at(-1);
  if (length === undefined) throw new NotRunnable(`the ${name} is a scalar; at least one axis is expected`);
  return { rows: shape.slice(0, -1).reduce((product, axis) => product * axis, 1), length };
}

/** A constant tensor's data. Throws `NotRunnable` where the tensor is computed. */
export function constantOf({ data }: Tensor, name: string): TensorData {
  if (data === undefined) throw new NotRunnable(`the ${name} must be constant`);
  return data;
}

/** Checks that an attribute is a whole number in a range. Throws `NotRunnable`. */
export function requireWhole(value: number, name: string, low: number, high: number): void {
  requireThat(
    Number.isInteger(value) && value >= low && value <= high,
    `${name} is ${value}; a whole number from ${low} to ${high} is expected`,
  );
}

/** Checks that an attribute is a number of float32 that is finite. Throws `NotRunnable`. */
export function requireNumber(value: number, name: string, above = -Infinity): void {
  requireThat(
    Number.isFinite(Math.fround(value)) && value > above,
    `${name} is ${value}; a finite number${above === -Infinity ? "" : ` above ${above}`} is expected`,
  );
}

/** An input's values in a reference, which is given as many as the node has inputs. */
export function given(values: Values | undefined): Values {
  if (values === undefined) throw new NotRunnable("an input is missing");
  return values;
}

/** Bits up to the highest that is set in an integer from 0 to 2^32 - 1. */
export function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}
