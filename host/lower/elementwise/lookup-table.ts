import { lookupTableParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { operatorNamed } from "../../ops/index.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Scratch memory of the kernel `lookupTable`: the table, 256 bytes. */
export const lookupTableScratchBytes = 256;

/** The call of `lookupTable` for a node with one input and one output of bytes. */
export function emitLookupTable(node: BoundNode, table: Uint8Array, placement: Placement): KernelCall[] {
  const output = node.outputs[0] as Tensor;
  return [
    callKernel(
      { name: "lookupTable", parameters: lookupTableParameters },
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

/** An operator that is a function of single bytes, by the table that it states. */
function byTable(operator: string): Lowering {
  return {
    operator,
    dtypes: operator === "lookupTable" ? ["int8", "uint8"] : ["int8"],
    scratchBytes: () => [lookupTableScratchBytes],
    inPlace: () => [0],
    emit(node, placement) {
      const table = operatorNamed(operator).byteTable?.(node);
      if (table === undefined) throw new Error(`${operator} has no table for ${node.inputs[0]?.dtype}`);
      return emitLookupTable(node, table, placement);
    },
  };
}

/** Operators that run as lookup tables and no other way. */
export const lookupTables = [
  "hardSwish",
  "leakyRelu",
  "logistic",
  "lookupTable",
  "relu",
  "relu6",
  "reluN1To1",
  "tanh",
].map(byTable);
