import type { Accelerator } from "./accelerators.js";
import type { KernelCall, Placement } from "./operator.js";

/** Lays parameters out as kernels and accelerators read them: int32, little-endian, in the order given. */
export function parameterBlock(values: Readonly<Record<string, number>>): Uint8Array {
  const numbers = Object.values(values);
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of numbers.entries()) view.setInt32(i * 4, value, true);
  return bytes;
}

/** A kernel that takes a block of parameters, and its accelerator where it has one. */
export interface ParameterKernel {
  module: string;
  kernel: string;
  accelerator?: Accelerator | undefined;
}

/**
 * The call of a kernel that takes a block of parameters, which becomes part of the weights section.
 *
 * @param parameters by the names and in the order of the kernel's class in assembly/parameters.ts
 * @param to address of the memory to which the kernel reads its block: free until it has read all of it
 */
export function callWithParameters(
  { module, kernel, accelerator }: ParameterKernel,
  parameters: Readonly<Record<string, number>>,
  to: number,
  placement: Placement,
): KernelCall {
  return {
    module,
    kernel,
    arguments: { parameters: placement.weights(parameterBlock(parameters)), to },
    parameters,
    ...(accelerator === undefined ? {} : { accelerator }),
  };
}
