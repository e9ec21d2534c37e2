import { type AnyValues, type Block, type BlockValues, blockBytes } from "../../abi/block.js";
import {
  floatPairParameters,
  integerPairParameters,
  quantizedPairParameters,
  walkParameters,
  widePairParameters,
} from "../../abi/parameters.js";
import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { type DType, elementBytes, elementCount, integerRange, type Tensor } from "../../graph/tensor.js";
import { broadcastLoops, operands, walkFields } from "../../numerics/broadcast.js";
import { activationLimits, quantizedActivationRange } from "../../numerics/requantization.js";
import * as bits from "../../ops/elementwise/bits.js";
import type { PairConstants } from "../../ops/elementwise/pair-constants.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** The walk's fields for a node: addresses, and how its operands are broadcast to its output. */
export function walkValues(
  node: BoundNode,
  inputs: readonly (number | undefined)[],
  output: number,
): Record<string, number> {
  const tensors = node.inputs as readonly Tensor[];
  const loops = broadcastLoops(...tensors.map(({ shape }) => shape));
  const bytes = tensors.map(({ dtype }) => elementBytes[dtype]);
  const [first = 0, second = 0, third = 0] = inputs;
  const outputBytes = elementBytes[(node.outputs[0] as Tensor).dtype];
  return { first, second, third, output, ...walkFields(loops, bytes, outputBytes) };
}

/** Positions of the inputs that have as many elements as the output, and elements that are no smaller. */
export function overwritable(node: BoundNode): number[] {
  const output = node.outputs[0] as Tensor;
  return node.inputs.flatMap((tensor, position) =>
    tensor !== undefined &&
    elementCount(tensor.shape) === elementCount(output.shape) &&
    elementBytes[tensor.dtype] >= elementBytes[output.dtype]
      ? [position]
      : [],
  );
}

/** What of a kernel's block comes after the walk. */
interface PairKernel {
  name: string;
  parameters: Block;
  values: AnyValues;
}

/** How an operator of two tensors runs with quantized operands. */
export interface QuantizedPair {
  /** The kernel's name without the dtype. */
  stem: string;
  dtypes: readonly DType[];
  constants(first: Tensor, second: Tensor, output: Tensor, activation: FusedActivation): PairConstants;
}

/** What a fused activation limits integers to that are compared and moved as they are. */
function integerLimits(activation: FusedActivation, output: Tensor): { low: number; high: number } {
  if (output.quantization !== undefined) return quantizedActivationRange(activation, output);
  const [low, high] = integerRange[output.dtype as Exclude<DType, "float32">];
  const [least, most] = activationLimits[activation];
  return { low: Math.max(low, least), high: Math.min(high, most) };
}

/** The same of 64 bits. */
function wideLimits(activation: FusedActivation): { low: bigint; high: bigint } {
  const [least, most] = activationLimits[activation];
  return {
    low: Number.isFinite(least) ? BigInt(least) : -(2n ** 63n),
    high: Number.isFinite(most) ? BigInt(most) : 2n ** 63n - 1n,
  };
}

function kernelOf(operator: string, node: BoundNode, quantized: QuantizedPair | undefined): PairKernel {
  const [first, second] = operands(node.inputs);
  const output = node.outputs[0] as Tensor;
  const { dtype } = first;
  const { activation = "none" } = node.attributes as { activation?: FusedActivation };
  if (quantized?.dtypes.includes(dtype) === true) {
    const values = quantized.constants(first, second, output, activation);
    return { name: kernelName(quantized.stem, dtype), parameters: quantizedPairParameters, values };
  }
  const name = kernelName(operator, dtype);
  if (output.dtype === "bool" || operator in bits) return { name, parameters: walkParameters, values: {} };
  if (output.dtype === "int64")
    return { name, parameters: widePairParameters, values: wideLimits(activation) };
  if (dtype !== "float32")
    return { name, parameters: integerPairParameters, values: integerLimits(activation, output) };
  const [low, high] = activationLimits[activation];
  return { name, parameters: floatPairParameters, values: { low, high } };
}

/**
 * How an operator of two tensors runs by the kernels that walk any broadcasting.
 *
 * @param dtypes those whose kernels have the operator's own name
 */
export function pair(operator: string, dtypes: readonly DType[], quantized?: QuantizedPair): Lowering {
  return {
    operator,
    dtypes: [...dtypes, ...(quantized?.dtypes ?? [])],
    scratchBytes: (node) => [blockBytes(kernelOf(operator, node, quantized).parameters)],
    inPlace: overwritable,
    emit(node, placement) {
      const { name, parameters, values } = kernelOf(operator, node, quantized);
      const walk = walkValues(node, placement.inputs, placement.outputs[0] as number);
      const block = { ...walk, ...values } as BlockValues;
      return [callKernel({ name, parameters }, block, placement.scratch, placement)];
    },
  };
}
