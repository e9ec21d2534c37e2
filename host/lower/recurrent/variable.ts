import { type Tensor, tensorBytes } from "../../graph/tensor.js";
import { onlyVariable } from "../../ops/recurrent/variable.js";
import type { KernelCall, Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { moveRows, rowsScratchBytes } from "../movement/rows.js";

/** A copy of a tensor, of its data where it is constant, to an address. */
function copy(tensor: Tensor, from: number | undefined, output: number, placement: Placement): KernelCall[] {
  const bytes = tensorBytes(tensor);
  const destination = { output, rows: 1, bytes, stride: bytes };
  return [moveRows(tensor.data ?? (from as number), destination, placement.scratch, placement)];
}

/** A variable's bytes copied to the output. */
export const readVariable: Lowering = {
  operator: "readVariable",
  scratchBytes: () => [rowsScratchBytes],
  emit(node, placement) {
    const { data: _, ...variable } = onlyVariable(node);
    return copy(variable, placement.variables[0], placement.outputs[0] as number, placement);
  },
};

/** The input's bytes copied to the variable. */
export const assignVariable: Lowering = {
  operator: "assignVariable",
  constantInputs: () => [0],
  scratchBytes: () => [rowsScratchBytes],
  emit({ inputs }, placement) {
    return copy(inputs[0] as Tensor, placement.inputs[0], placement.variables[0] as number, placement);
  },
};
