import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { gatherConstantParameters, gatherParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
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
    const { fromEnd = false } = node.attributes;
    const isPlain = !fromEnd || indices.data !== undefined;
    const name = `gather${input.data === undefined ? "" : "Constant"}${isPlain ? "" : "FromEnd"}`;
    return [...readIndices(node, to, placement), gatherCall(name, input, values, to, placement)];
  },
};

/** Indices that are constant, of which none is negative any more. */
function readIndices(node: BoundNode<GatherAttributes>, to: number, placement: Placement): KernelCall[] {
  const { indices, lengths } = gathered(node);
  if (indices.data === undefined) return [];
  const numbers = Int32Array.from(indices.data as ArrayLike<number>, Number).map((number, at) =>
    number < 0 ? number + (lengths[at % lengths.length] as number) : number,
  );
  return [readConstant(numbers, placement.scratch, to, placement)];
}

function gatherCall(
  name: string,
  { data }: Tensor,
  values: object,
  to: number,
  placement: Placement,
): KernelCall {
  if (data === undefined) {
    const kernel = { name, parameters: gatherParameters };
    return callKernel(kernel, { input: placement.inputs[0] as number, ...values } as never, to, placement);
  }
  const input = placement.weights(bytesOf(data));
  const kernel = { name, parameters: gatherConstantParameters };
  return callKernel(kernel, { input, ...values } as never, to, placement);
}
