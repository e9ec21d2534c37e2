import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { normalizeParameters, softmaxInt16Parameters, softmaxParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { int16Table, int16TableEntries } from "../../numerics/int16-table.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import {
  int16Difference,
  leastInt16Argument,
  type SoftmaxAttributes,
  softmaxDifferences,
  softmaxTable,
} from "../../ops/reduction/softmax.js";
import { bytesOf } from "../bytes.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { callNormalize, rowsOf } from "./rows.js";

/** The calls of a softmax by a table of exponentials, to int8 or to int16. */
function callInt8(node: BoundNode<SoftmaxAttributes>, placement: Placement): KernelCall[] {
  const table = softmaxTable(node, node.attributes.beta);
  const toInt8 = { name: "softmaxInt8", accelerator: accelerators.softmax };
  const kernel = node.outputs[0]?.dtype === "int16" ? { name: "softmaxInt8Int16" } : toInt8;
  return [
    callKernel(
      { ...kernel, parameters: softmaxParameters },
      {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        scratch: placement.scratch,
        weights: placement.weights(bytesOf(table)),
        entries: table.length,
        ...rowsOf(onlyInput(node)),
      },
      placement.scratch,
      placement,
    ),
  ];
}

/** Tables of exp and of 1 / (1 + x), one behind the other. */
function int16Tables(): Uint8Array {
  const exponential = int16Table(Math.exp, leastInt16Argument, 0, 2);
  const reciprocal = int16Table((x) => Math.fround(1 / Math.fround(1 + x)), 0, 1, 2);
  return bytesOf(Int16Array.of(...exponential, ...reciprocal));
}

const int16TablesBytes = 2 * 2 * int16TableEntries;

function callInt16(node: BoundNode<SoftmaxAttributes>, placement: Placement): KernelCall[] {
  const { multiplier, shift } = int16Difference(node);
  return [
    callKernel(
      { name: "softmaxInt16", parameters: softmaxInt16Parameters },
      {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        scratch: placement.scratch,
        weights: placement.weights(int16Tables()),
        multiplier: BigInt(multiplier),
        shift: -shift,
        ...rowsOf(onlyInput(node)),
      },
      placement.scratch,
      placement,
    ),
  ];
}

/** A softmax: of integers by tables of exponentials. */
export const softmax: Lowering<SoftmaxAttributes> = {
  operator: "softmax",
  dtypes: ["int8", "int16", "float32"],
  scratchBytes(node) {
    const { dtype } = onlyInput(node);
    if (dtype === "float32") return [blockBytes(normalizeParameters)];
    return [dtype === "int8" ? softmaxDifferences * 4 : int16TablesBytes];
  },
  inPlace: (node) => (onlyInput(node).dtype === node.outputs[0]?.dtype ? [0] : []),
  emit(node, placement) {
    const { dtype } = onlyInput(node);
    if (dtype === "float32") return callNormalize("softmaxFloat32", node, node.attributes.beta, placement);
    return dtype === "int8" ? callInt8(node, placement) : callInt16(node, placement);
  },
};
