import { type Block, blockBytes } from "../../abi/block.js";
import {
  curveParameters,
  eluParameters,
  hardSigmoidParameters,
  mapParameters,
  rescaleParameters,
} from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { type DType, elementCount, type Tensor } from "../../graph/tensor.js";
import { int16TableEntries } from "../../numerics/int16-table.js";
import { activationLimits } from "../../numerics/requantization.js";
import { sigmoidTable, sigmoidTableEntries } from "../../numerics/sigmoid-table.js";
import * as activations from "../../ops/elementwise/activations.js";
import { curveSteps } from "../../ops/elementwise/fixed-point-curve.js";
import * as others from "../../ops/elementwise/functions.js";
import { hardSwish } from "../../ops/elementwise/hard-swish.js";
import { leakyRelu } from "../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../ops/elementwise/logistic.js";
import { rectifiers, relu, relu0To1, relu6, reluN1To1 } from "../../ops/elementwise/relu.js";
import { tanh } from "../../ops/elementwise/tanh.js";
import * as trigonometry from "../../ops/elementwise/trigonometry.js";
import { int16Table, realTypes, type UnaryKind } from "../../ops/elementwise/unary.js";
import { operatorNamed } from "../../ops/index.js";
import { bytesOf } from "../bytes.js";
import { emitLines } from "../conversion/rescale.js";
import { callKernel, type KernelCall, kernelName, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { emitLookupTable, lookupTableScratchBytes } from "./lookup-table.js";

/** Bytes of the tables that int16 kernels read: of the logistic function, and of any other. */
const tableBytes = { sigmoid: 2 * sigmoidTableEntries, any: 2 * int16TableEntries } as const;

/** What every kernel that goes through elements is told. */
function mapValues(
  node: BoundNode,
  placement: Placement,
): { input: number; output: number; elements: number } {
  return {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    elements: elementCount((node.outputs[0] as Tensor).shape),
  };
}

/** The call of a kernel of int16 that reads a table. */
function emitCurve(
  node: BoundNode,
  name: string,
  table: Int16Array | Uint16Array,
  steps: { multiplier: number; shift: number },
  placement: Placement,
): KernelCall[] {
  const values = {
    ...mapValues(node, placement),
    scratch: placement.scratch,
    weights: placement.weights(bytesOf(table)),
    ...steps,
  };
  return [callKernel({ name, parameters: curveParameters }, values, placement.scratch, placement)];
}

/** Names of the tables' kernels, and how far scales that are powers of two go, of functions that int16 has by the logistic one. */
const sigmoids: Readonly<Record<string, { powers: number }>> = {
  logistic: { powers: 0 },
  tanh: { powers: 1 },
};

function emitInt16(kind: UnaryKind, node: BoundNode, placement: Placement): KernelCall[] {
  if (kind.lines !== undefined) return emitLines(node, kind.lines(node), placement);
  const sigmoid = sigmoids[kind.name];
  if (sigmoid !== undefined) {
    const steps = curveSteps(node, sigmoid.powers);
    return emitCurve(node, kernelName(kind.name, "int16"), sigmoidTable(), steps, placement);
  }
  const none = { multiplier: 0, shift: 0 };
  return emitCurve(node, "interpolateInt16", int16Table(node, kind), none, placement);
}

function scratchBytes(kind: UnaryKind, dtype: DType | undefined): number {
  if (dtype === "int8") return lookupTableScratchBytes;
  if (dtype !== "int16") return Math.max(blockBytes(mapParameters), blockBytes(eluParameters));
  if (kind.lines !== undefined) return blockBytes(rescaleParameters);
  return kind.name in sigmoids ? tableBytes.sigmoid : tableBytes.any;
}

/** Kernels of functions whose attributes are their own: of what name, and what they are told. */
const parametersOf: Readonly<
  Record<
    string,
    (attributes: Readonly<Record<string, number>>) => {
      stem?: string;
      parameters?: Block;
      values?: Readonly<Record<string, number>>;
    }
  >
> = {
  elu({ positive = 1, negative = 1, rate = 1 }) {
    const isPlain = positive === 1 && negative === 1 && rate === 1;
    return isPlain
      ? {}
      : { stem: "scaledElu", parameters: eluParameters, values: { positive, negative, rate } };
  },
  hardSigmoid: ({ slope = 0, offset = 0 }) => ({
    parameters: hardSigmoidParameters,
    values: { slope, offset },
  }),
  shrink: ({ low = 0, high = 0, bias = 0 }) => ({ values: { low, high, alpha: bias } }),
  clamp: ({ low = 0, high = 0 }) => ({ values: { low, high, alpha: 0 } }),
};

/** The kernel of a node of elements without scales, its block, and what it is told beside where they are. */
function functionOf(
  { name }: UnaryKind,
  { attributes, inputs }: BoundNode,
): { name: string; parameters: Block; values: Readonly<Record<string, number>> } {
  const own = parametersOf[name]?.(attributes as Readonly<Record<string, number>>);
  const activation = rectifiers[name];
  const [low, high] = activationLimits[activation ?? "none"];
  const { alpha = 0, approximate = false } = attributes as { alpha?: number; approximate?: boolean };
  const stem = activation !== undefined ? "clamp" : approximate ? `${name}Approximate` : name;
  const { parameters = mapParameters, values = { alpha, low, high } } = own ?? {};
  return { name: kernelName(own?.stem ?? stem, inputs[0]?.dtype as DType), parameters, values };
}

/** A function of single elements: int8 by a table, int16 by lines or a table, others by the kernel of its name. */
function unary({ kind }: { readonly kind: UnaryKind }): Lowering {
  return {
    operator: kind.name,
    dtypes: kind.dtypes ?? realTypes,
    scratchBytes: (node) => [scratchBytes(kind, node.inputs[0]?.dtype)],
    inPlace: () => [0],
    emit(node, placement) {
      const table = operatorNamed(kind.name).byteTable?.(node);
      if (table !== undefined) return emitLookupTable(node, table, placement);
      if (node.inputs[0]?.dtype === "int16") return emitInt16(kind, node, placement);
      const { name, parameters, values } = functionOf(kind, node);
      const block = { ...mapValues(node, placement), ...values };
      return [callKernel({ name, parameters }, block, placement.scratch, placement)];
    },
  };
}

/** Every function of single elements. */
export const functions: readonly Lowering[] = [
  ...Object.values(others),
  ...Object.values(activations),
  ...Object.values(trigonometry),
  hardSwish,
  leakyRelu,
  logistic,
  relu,
  relu6,
  reluN1To1,
  relu0To1,
  tanh,
].map((operator) => unary(operator as { readonly kind: UnaryKind }));
