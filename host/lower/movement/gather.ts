import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { gatherConstantParameters, gatherParameters } from "../../abi/parameters.js";
import { elementBytes, elementCount, type Tensor } from "../../graph/tensor.js";
import { type GatherAttributes, gathered, maxIndexAxes } from "../../ops/movement/gather.js";
import { bytesOf } from "../bytes.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { readConstant, rowsScratchBytes } from "./rows.js";

const parameterBytes = Math.max(
  rowsScratchBytes,
  ...[gatherParameters, gatherConstantParameters].map((of) => blockBytes(of)),
);

/** Bytes of scratch memory for indices that are constant, which are read there as int32. */
function indexScratchBytes({ data, shape }: Tensor): number {
  return data === undefined ? 0 : alignUp(4 * elementCount(shape), 8);
}

/** A gather: constant indices are read to scratch memory; a constant input stays in the weights section. */
export const gather: Lowering<GatherAttributes> = {
  operator: "gather",
  constantInputs: () => [0, 1],
  scratchBytes: (node) => [indexScratchBytes(gathered(node).indices) + parameterBytes],
  emit(node, placement) {
    const { input, indices, batches, outer, lengths, positions, inner } = gathered(node);
    const to = placement.scratch + indexScratchBytes(indices);
    const values = {
      output: placement.outputs[0] as number,
      indices: indices.data === undefined ? (placement.inputs[1] as number) : placement.scratch,
      indexBytes: indices.data === undefined ? elementBytes[indices.dtype] : 4,
      batches,
      outer,
      positions,
      bytes: inner * elementBytes[input.dtype],
      axes: lengths.length,
      ...Object.fromEntries(Array.from({ length: maxIndexAxes }, (_, i) => [`length${i}`, lengths[i] ?? 1])),
    };
    return [...readIndices(indices, to, placement), gatherCall(input, values, to, placement)];
  },
};

function readIndices({ data }: Tensor, to: number, placement: Placement): KernelCall[] {
  if (data === undefined) return [];
  return [readConstant(Int32Array.from(data as ArrayLike<number>, Number), placement.scratch, to, placement)];
}

function gatherCall({ data }: Tensor, values: object, to: number, placement: Placement): KernelCall {
  if (data === undefined) {
    const kernel = { name: "gather", parameters: gatherParameters };
    return callKernel(kernel, { input: placement.inputs[0] as number, ...values } as never, to, placement);
  }
  const input = placement.weights(bytesOf(data));
  const kernel = { name: "gatherConstant", parameters: gatherConstantParameters };
  return callKernel(kernel, { input, ...values } as never, to, placement);
}
