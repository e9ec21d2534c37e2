import { type Block, blockBytes } from "../../abi/block.js";
import {
  floatPairParameters,
  integerPairParameters,
  quantizedPairParameters,
  walkParameters,
} from "../../abi/parameters.js";
import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { type DType, elementBytes, elementCount, integerRange, type Tensor } from "../../graph/tensor.js";
import { broadcastLoops, operands, walkFields } from "../../numerics/broadcast.js";
import { activationLimits, quantizedActivationRange } from "../../numerics/requantization.js";
import { addPairConstants } from "../../ops/elementwise/add.js";
import { mulPairConstants } from "../../ops/elementwise/mul.js";
import {
  comparisonConstants,
  type PairConstants,
  preluConstants,
  quotientConstants,
  squaredDifferenceConstants,
} from "../../ops/elementwise/pair-constants.js";
import { subPairConstants } from "../../ops/elementwise/sub.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** The walk's fields for a node: addresses, and how its operands are broadcast to its output. */
function walkValues(
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
function overwritable(node: BoundNode): number[] {
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
  values: Readonly<Record<string, number>>;
}

/** How an operator of two tensors runs with quantized operands. */
interface QuantizedPair {
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
  if (output.dtype === "bool" || output.dtype === "int64")
    return { name, parameters: walkParameters, values: {} };
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
function pair(operator: string, dtypes: readonly DType[], quantized?: QuantizedPair): Lowering {
  return {
    operator,
    dtypes: [...dtypes, ...(quantized?.dtypes ?? [])],
    scratchBytes: (node) => [blockBytes(kernelOf(operator, node, quantized).parameters)],
    inPlace: overwritable,
    emit(node, placement) {
      const { name, parameters, values } = kernelOf(operator, node, quantized);
      const walk = walkValues(node, placement.inputs, placement.outputs[0] as number);
      return [callKernel({ name, parameters }, { ...walk, ...values }, placement.scratch, placement)];
    },
  };
}

const real: readonly DType[] = ["float32", "int32"];
const quantizedTypes: readonly DType[] = ["int8", "int16"];

const arithmetic = (
  operator: string,
  stem: string,
  constants: QuantizedPair["constants"],
  dtypes: readonly DType[] = quantizedTypes,
): Lowering => pair(operator, real, { stem, dtypes, constants });

/** Sums, differences and products but for those that the kernels of int8 take. */
export const walkedAdd = arithmetic("add", "walkedSum", addPairConstants);
export const walkedSub = arithmetic("sub", "walkedSum", subPairConstants);
export const walkedMul = arithmetic("mul", "walkedProduct", mulPairConstants);

const comparison = (operator: string, more: readonly DType[] = []): Lowering =>
  pair(operator, ["float32", "int32", "int64", ...more], {
    stem: operator,
    dtypes: quantizedTypes,
    constants: comparisonConstants,
  });

/** Operators of two tensors that have no kernels but those. */
export const pairs: readonly Lowering[] = [
  arithmetic("div", "quotient", quotientConstants, ["int8"]),
  pair("maximum", [...real, "int64", ...quantizedTypes]),
  pair("minimum", [...real, "int64", ...quantizedTypes]),
  arithmetic("squaredDifference", "squaredDifference", squaredDifferenceConstants),
  pair("floorDiv", real),
  pair("floorMod", real),
  pair("pow", real),
  pair("prelu", ["float32"], { stem: "prelu", dtypes: ["int8"], constants: preluConstants }),
  comparison("equal", ["bool"]),
  comparison("notEqual", ["bool"]),
  comparison("greater"),
  comparison("greaterEqual"),
  pair("logicalAnd", ["bool"]),
  pair("logicalOr", ["bool"]),
];

/** A choice between elements, of which only the size matters. */
export const select: Lowering = {
  operator: "select",
  scratchBytes: () => [blockBytes(walkParameters)],
  inPlace: (node) => overwritable(node).filter((position) => position > 0),
  emit(node, placement) {
    const bits = 8 * elementBytes[(node.outputs[0] as Tensor).dtype];
    const walk = walkValues(node, placement.inputs, placement.outputs[0] as number);
    return [
      callKernel(
        { name: `select${bits}`, parameters: walkParameters as Block },
        walk,
        placement.scratch,
        placement,
      ),
    ];
  },
};
