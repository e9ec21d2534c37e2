import { type Block, block, blockBytes } from "./abi/block.js";
import { NotRunnable, requireThat } from "./graph/not-runnable.js";
import { elementCount, perTensor, tensorBytes } from "./graph/tensor.js";
import type { TfliteMapping } from "./import/tflite/operators/mapping.js";
import { callKernel } from "./lower/kernel.js";
import type { Lowering } from "./lower/lowering.js";
import { int8Parameters, quantizeMultiplier } from "./numerics/requantization.js";
import type { Operator } from "./ops/operator.js";

export type { Block, BlockValues, FieldType } from "./abi/block.js";
export type { BoundNode } from "./graph/node.js";
export type { Tensor, TensorType } from "./graph/tensor.js";
export type { TfliteMapping, TfliteNode } from "./import/tflite/operators/mapping.js";
export type { Kernel, KernelCall, Placement } from "./lower/kernel.js";
export type { Lowering } from "./lower/lowering.js";
export type { Operator } from "./ops/operator.js";

/** What an operator of a user's own is made with. */
export const operatorTools = {
  /** States a block of parameters. */
  block,
  /** Bytes of a block. */
  blockBytes,
  /** A call of a kernel, for `emit`. */
  callKernel,
  elementCount,
  tensorBytes,
  /** A tensor's scale and zero point, where it is quantized as a whole. */
  perTensor,
  /** The same for int8; refuses other tensors. */
  int8Parameters,
  /** A real number as multiplier and shift, as TFLite's `QuantizeMultiplier` gives them. */
  quantizeMultiplier,
  /** Refuses a node with a reason, unless the condition holds. */
  requireThat: requireThat as (condition: boolean, reason: string) => void,
  /** What a refusal throws. */
  NotRunnable,
} as const;

/** The type of `operatorTools`. */
export type OperatorTools = typeof operatorTools;

/** An operator of a user's own: its host parts, and the blocks that its kernels read. */
export interface UserOperator {
  /** What it means. */
  operator: Operator;
  /** How it runs. */
  lowering: Lowering;
  /** Which TFLite operators become it. */
  tflite?: readonly TfliteMapping[];
  /** Each becomes a class of that name in `../parameters`, from where the kernel imports it. */
  parameters: readonly Block[];
}

/** The default export of an operator's host part. */
export type DefineOperator = (tools: OperatorTools) => UserOperator;
