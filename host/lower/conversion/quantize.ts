import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { quantizeParameters, rescaleParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import type { BoundNode } from "../../graph/node.js";
import { elementBytes, elementCount, type Tensor } from "../../graph/tensor.js";
import { integerParameters, quantizedTypes, roundsOnce } from "../../numerics/requantization.js";
import { quantize as operator, requantization } from "../../ops/conversion/quantize.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { emitLookupTable, lookupTableScratchBytes } from "../elementwise/lookup-table.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { emitLines } from "./rescale.js";

/** Kernels of float32 by the bytes of an output's element. */
const kernels: Readonly<Record<number, string>> = {
  1: "quantizeFloat32",
  2: "quantizeFloat32ToInt16",
  4: "quantizeFloat32ToInt32",
};

function emitQuantize(output: Tensor, placement: Placement): KernelCall[] {
  const name = kernels[elementBytes[output.dtype]] as string;
  const isEven = roundsOnce(output);
  const isAccelerated = !isEven && elementBytes[output.dtype] === 1;
  return [
    callKernel(
      {
        name: isEven ? `${name}Even` : name,
        parameters: quantizeParameters,
        companion: isAccelerated ? accelerators.signal : undefined,
      },
      {
        work: isAccelerated ? signalWorks.quantizeBytes : signalWorks.none,
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        elements: elementCount(output.shape),
        ...integerParameters(output),
      },
      placement.scratch,
      placement,
    ),
  ];
}

function scratchBytes(node: BoundNode): number {
  if (onlyInput(node).dtype === "float32") return blockBytes(quantizeParameters);
  return operator.byteTable?.(node) === undefined ? blockBytes(rescaleParameters) : lookupTableScratchBytes;
}

/** float32 to integers, and integers to integers; between bytes by a lookup table. */
export const quantize: Lowering = {
  operator: "quantize",
  dtypes: ["float32", ...quantizedTypes],
  scratchBytes: (node) => [scratchBytes(node)],
  inPlace(node) {
    const output = node.outputs[0] as Tensor;
    return elementBytes[onlyInput(node).dtype] >= elementBytes[output.dtype] ? [0] : [];
  },
  emit(node, placement) {
    const table = operator.byteTable?.(node);
    if (table !== undefined) return emitLookupTable(node, table, placement);
    if (onlyInput(node).dtype !== "float32") return emitLines(node, requantization(node), placement);
    return emitQuantize(node.outputs[0] as Tensor, placement);
  },
};
