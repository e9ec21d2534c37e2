import { normalizeParameters, normalizeQuantizedParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { softmaxDepth } from "../../ops/reduction/softmax.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";

/** Rows of a tensor and their length. */
export function rowsOf(input: Tensor): { rows: number; depth: number } {
  const depth = softmaxDepth(input);
  return { rows: elementCount(input.shape) / depth, depth };
}

/** The calls of a kernel on rows of float32. */
export function callNormalize(
  kernel: string,
  node: BoundNode,
  factor: number,
  placement: Placement,
): KernelCall[] {
  return [
    callKernel(
      { name: kernel, parameters: normalizeParameters },
      {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        ...rowsOf(onlyInput(node)),
        factor,
      },
      placement.scratch,
      placement,
    ),
  ];
}

/** The calls of a kernel on rows of int8; values of its block that it does not read are 0. */
export function callNormalizeQuantized(
  kernel: string,
  node: BoundNode,
  placement: Placement,
  values: Partial<Record<"weights" | "entries" | "left" | "least" | "zeroPoint", number>>,
  multiplier = 0,
): KernelCall[] {
  return [
    callKernel(
      { name: kernel, parameters: normalizeQuantizedParameters },
      {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        scratch: placement.scratch,
        weights: 0,
        multiplier: BigInt(multiplier),
        left: 0,
        least: 0,
        entries: 0,
        ...rowsOf(onlyInput(node)),
        zeroPoint: 0,
        ...values,
      },
      placement.scratch,
      placement,
    ),
  ];
}
