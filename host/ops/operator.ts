import type { BoundNode } from "../graph/node.js";
import type { Tensor, TensorType } from "../graph/tensor.js";
import type { KernelCall, Placement } from "./kernel.js";

/** Why a node cannot be run. Collected, so that a user sees every reason at once. */
export class NotRunnable extends Error {}

/** Throws `NotRunnable` with the reason unless the condition holds. */
export function requireThat(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new NotRunnable(reason);
}

/** Options table of a TFLite operator; fields are numbered as in TFLite's public schema. */
export interface TfliteOptions {
  int8(field: number, otherwise: number): number;
  int32(field: number, otherwise: number): number;
  float32(field: number, otherwise: number): number;
  bool(field: number, otherwise: boolean): boolean;
  int32s(field: number): readonly number[] | undefined;
}

/** A TFLite operator instance as its mapping sees it: inputs and outputs looked up, -1 as undefined. */
export interface TfliteNode {
  readonly version: number;
  readonly options: TfliteOptions;
  /** Options of a custom operator, as they are in the file (FlexBuffers, most often); empty where there are none. */
  readonly customOptions: Uint8Array;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
}

/** How a TFLite builtin operator becomes a node. */
export interface TfliteMapping<Attributes extends object> {
  /** Name in TFLite's `BuiltinOperator`; of a custom operator `CUSTOM:` and its name. */
  readonly builtin: string;
  /** Number of its options table in TFLite's `BuiltinOptions` union; 0 where none is read. */
  readonly optionsType: number;
  /** Highest operator version whose meaning is known. */
  readonly maxVersion: number;
  /**
   * Attributes, and the positions of the inputs that stay inputs (all, if absent): constant inputs that
   * turn into attributes are left out. Throws `NotRunnable`.
   */
  read(node: TfliteNode): { attributes: Attributes; inputs?: readonly number[] };
}

/** How post-training quantization treats an operator. */
export interface QuantizationRule {
  /**
   * Range of the output: `calibrated` from samples, `as-input` (the very parameters of input 0; where there
   * are several activations they all take the output's), or fixed parameters.
   */
  readonly output: "calibrated" | "as-input" | { readonly scale: number; readonly zeroPoint: number };
  /** Constant input quantized to symmetric int8, per index of `axis`. */
  readonly weights?: { readonly input: number; readonly axis: number };
  /** Constant input quantized to int32 with scale = input scale * weights scale. */
  readonly bias?: number;
}

/**
 * An operator: everything the host knows of it. One file each, one line in `index.ts`, one test of the same stem in
 * `test/ops/`, and a kernel file of the same stem in `assembly/kernels/` unless it needs none of its own.
 */
export interface Operator<Attributes extends object = object> {
  /** Name in the graph, camel case: "conv2d". */
  readonly name: string;
  readonly tflite?: readonly TfliteMapping<Attributes>[];
  readonly quantization: QuantizationRule;
  /**
   * Types of the outputs. Holds all of the operator's validation: shapes, dtypes, attributes, and for integer
   * nodes the quantization parameters of inputs and outputs. Throws `NotRunnable`.
   */
  infer(node: BoundNode<Attributes>): TensorType[];
  /** Multiply-accumulates of one inference. */
  macs(node: BoundNode<Attributes>): number;
  /**
   * Sizes of scratch memory in bytes that the integer kernel can work with, ascending; the first is what the
   * memory plan counts on, a larger one is given where it is free. Absent: none needed.
   */
  scratchBytes?(node: BoundNode<Attributes>): readonly number[];
  /** Positions of inputs whose memory output 0 may take over (element i is read before element i is written). */
  inPlace?(node: BoundNode<Attributes>): readonly number[];
  /**
   * Where the node is a function of single bytes: the output byte for each input byte, in the order of the unsigned
   * byte; else undefined. The node is valid.
   */
  byteTable?(node: BoundNode<Attributes>): Uint8Array | undefined;
  /** Plain float reference: all inputs (activations and constants; undefined where absent) to all outputs. */
  reference(node: BoundNode<Attributes>, inputs: readonly (Float32Array | undefined)[]): Float32Array[];
  /** Kernel calls that compute the node on integers, in order. Empty where nothing is to be done. */
  emit(node: BoundNode<Attributes>, placement: Placement): KernelCall[];
}
