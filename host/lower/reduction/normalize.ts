import { blockBytes } from "../../abi/block.js";
import { normalizeParameters, normalizeQuantizedParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { leastNorm } from "../../ops/reduction/l2-normalization.js";
import { logSoftmaxInput } from "../../ops/reduction/log-softmax.js";
import { softmaxDifferences, softmaxTable } from "../../ops/reduction/softmax.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { callNormalize, int32Bytes, rowsOf } from "./softmax.js";

/** Values of the block of rows of int8; those that a kernel does not read are 0. */
function quantizedCall(
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

/** The logarithm of a softmax: of int8 by the softmax's table of exponentials. */
export const logSoftmax: Lowering = {
  operator: "logSoftmax",
  dtypes: ["float32", "int8"],
  scratchBytes: (node) => [
    onlyInput(node).dtype === "int8" ? softmaxDifferences * 4 : blockBytes(normalizeParameters),
  ],
  inPlace: () => [0],
  emit(node, placement) {
    if (onlyInput(node).dtype === "float32") return callNormalize("logSoftmaxFloat32", node, 0, placement);
    const table = softmaxTable(node, 1);
    const { multiplier, shift, radius } = logSoftmaxInput(node);
    const weights = placement.weights(int32Bytes(table));
    const values = { weights, entries: table.length, left: shift, least: -radius - 1 };
    return quantizedCall("logSoftmaxInt8", node, placement, values, multiplier);
  },
};

/** Rows over their L2 norms. */
export const l2Normalization: Lowering = {
  operator: "l2Normalization",
  dtypes: ["float32", "int8"],
  scratchBytes: (node) => [
    blockBytes(onlyInput(node).dtype === "int8" ? normalizeQuantizedParameters : normalizeParameters),
  ],
  inPlace: () => [0],
  emit(node, placement) {
    const input = onlyInput(node);
    if (input.dtype === "float32") return callNormalize("l2NormalizationFloat32", node, leastNorm, placement);
    const { zeroPoint } = int8Parameters(input);
    return quantizedCall("l2NormalizationInt8", node, placement, { zeroPoint });
  },
};
