import { accelerators } from "../../abi/accelerators.js";
import { lookupTableParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import type { LookupTableAttributes } from "../../ops/elementwise/lookup-table.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Scratch memory of the kernel `lookupTable`: the table, 256 bytes. */
export const lookupTableScratchBytes = 256;

/** The call of `lookupTable` for a node with one input and one output of bytes. */
export function emitLookupTable(node: BoundNode, table: Uint8Array, placement: Placement): KernelCall[] {
  const output = node.outputs[0] as Tensor;
  return [
    callKernel(
      { name: "lookupTable", parameters: lookupTableParameters, accelerator: accelerators.lookupTable },
      {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        scratch: placement.scratch,
        weights: placement.weights(table),
        elements: elementCount(output.shape),
      },
      placement.scratch,
      placement,
    ),
  ];
}

/** A function of single bytes, by its table. */
export const lookupTable: Lowering<LookupTableAttributes> = {
  operator: "lookupTable",
  dtypes: ["int8", "uint8"],
  scratchBytes: () => [lookupTableScratchBytes],
  inPlace: () => [0],
  emit: (node, placement) => emitLookupTable(node, node.attributes.table, placement),
};
