import type { Accelerator } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import { type Block, blockBytes } from "../../abi/block.js";
import { addParameters, broadcastParameters, mulParameters } from "../../abi/parameters.js";
import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import {
  type BroadcastSteps,
  broadcastLoops,
  broadcastShape,
  broadcastSteps,
  canNest,
  operands,
} from "../../numerics/broadcast.js";
import type { BinaryAttributes } from "../../ops/elementwise/binary.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { readConstant } from "../movement/rows.js";

/** A kernel for int8 operands, and what it is given. */
export interface BinaryKernel {
  /** Kernel for operands of one shape. */
  same: string;
  /** Kernel for any others; `broadcastParameters` follow its block. */
  broadcast: string;
  /** The block: the operands and the output, `length`, then constants. */
  parameters: Block;
  /** Names of the operands in the block. */
  operands: readonly [string, string];
  /** Whether the kernel takes the node's second operand first. */
  swapped: boolean;
  /** Values of the block after addresses and length. */
  constants: Readonly<Record<string, number>>;
  /** The accelerators for operands of one shape, and for any others. */
  accelerator?: Accelerator | undefined;
  broadcastAccelerator?: Accelerator | undefined;
}

/** Alignment of constant operands within scratch memory, in bytes. */
const constantAlignment = 8;

/** Bytes to which a kernel reads its block; those for broadcasting lie in the same place after the others. */
const parameterBytes = Math.max(
  ...[addParameters, mulParameters, broadcastParameters].map((of) => blockBytes(of)),
);

/** Bytes of scratch memory for constant operands, and each operand's offset in it. */
function constantLayout(node: BoundNode): { bytes: number; offsets: (number | undefined)[] } {
  let bytes = 0;
  const offsets = node.inputs.map((tensor) => {
    if (tensor?.data === undefined) return undefined;
    const offset = bytes;
    bytes += alignUp(elementCount(tensor.shape), constantAlignment);
    return offset;
  });
  return { bytes, offsets };
}

/** Whether a node is one of those for which there are kernels that nest loops: of int8, and not of too many. */
function canNestNode({ inputs }: BoundNode): boolean {
  const [first, second] = operands(inputs);
  return first.dtype === "int8" && canNest(broadcastLoops(first.shape, second.shape));
}

/**
 * How an elementwise operator of two tensors runs. Of int8 constant operands are read to scratch memory, then one kernel
 * nests loops around both.
 *
 * @param walked how it runs for any others
 */
export function binary(
  walked: Lowering,
  kernelOf: (first: Tensor, second: Tensor, output: Tensor, activation: FusedActivation) => BinaryKernel,
): Lowering<BinaryAttributes> {
  return {
    ...walked,
    constantInputs: (node) => (canNestNode(node) ? [0, 1] : []),
    scratchBytes: (node) =>
      canNestNode(node)
        ? [constantLayout(node).bytes + parameterBytes]
        : (walked.scratchBytes?.(node) as readonly number[]),
    inPlace(node) {
      const [first, second] = operands(node.inputs);
      const count = elementCount(broadcastShape(first.shape, second.shape));
      return [first, second].flatMap((tensor, position) =>
        tensor.data === undefined && elementCount(tensor.shape) === count ? [position] : [],
      );
    },
    emit(node, placement) {
      if (!canNestNode(node)) return walked.emit(node, placement);
      const [first, second] = operands(node.inputs);
      const output = node.outputs[0] as Tensor;
      const calls: KernelCall[] = [];
      const addresses = readConstants(node, placement, calls);
      const kernel = kernelOf(first, second, output, node.attributes.activation);
      const order = kernel.swapped ? ([1, 0] as const) : ([0, 1] as const);
      const [a, b] = kernel.operands;
      const length = elementCount(output.shape);
      const flat = elementCount(first.shape) === length && elementCount(second.shape) === length;
      const steps = broadcastSteps(broadcastLoops(first.shape, second.shape));
      calls.push(
        callKernel(
          flat
            ? { name: kernel.same, parameters: kernel.parameters, accelerator: kernel.accelerator }
            : {
                name: kernel.broadcast,
                parameters: kernel.parameters,
                more: broadcastParameters,
                accelerator: kernel.broadcastAccelerator,
              },
          {
            [a]: addresses[order[0]] as number,
            [b]: addresses[order[1]] as number,
            output: placement.outputs[0] as number,
            length: flat ? length : (steps.counts[4] as number),
            ...kernel.constants,
          },
          placement.scratch + constantLayout(node).bytes,
          placement,
          flat ? {} : broadcastValues(steps, kernel.swapped),
        ),
      );
      return calls;
    },
  };
}

/** Addresses of the operands; adds the calls that copy constant ones into scratch memory. */
function readConstants(node: BoundNode, placement: Placement, calls: KernelCall[]): (number | undefined)[] {
  const { bytes, offsets } = constantLayout(node);
  return node.inputs.map((tensor, position) => {
    const offset = offsets[position];
    if (tensor?.data === undefined || offset === undefined) return placement.inputs[position];
    const destination = placement.scratch + offset;
    calls.push(readConstant(tensor.data, destination, placement.scratch + bytes, placement));
    return destination;
  });
}

/** Values of `broadcastParameters`; `swapped` where the kernel takes the second operand first. */
function broadcastValues(steps: BroadcastSteps, swapped: boolean): Record<string, number> {
  const result: Record<string, number> = {};
  const [first, second] = swapped ? [steps.second, steps.first] : [steps.first, steps.second];
  for (const [i, count] of steps.counts.slice(0, 4).entries()) result[`count${i}`] = count;
  for (const [i, step] of first.entries()) result[`firstStep${i < 4 ? i : ""}`] = step;
  for (const [i, step] of second.entries()) result[`secondStep${i < 4 ? i : ""}`] = step;
  return result;
}
