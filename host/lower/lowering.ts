import type { BoundNode } from "../graph/node.js";
import type { DType, NarrowStorage } from "../graph/tensor.js";
import type { Part } from "../plan/types.js";
import type { KernelCall, Placement } from "./kernel.js";

/**
 * How an operator runs: the memory that its kernels need, and the calls of them. One file each, of the stem of the
 * operator's, and one line in `index.ts`.
 */
export interface Lowering<Attributes extends object = object> {
  /** The operator's name. */
  readonly operator: string;
  /** Element types of input 0 (of output 0 where there is no input) for which there are kernels; any, if absent. */
  readonly dtypes?: readonly DType[];
  /** Why its kernels cannot run a node that is valid and of these types: throws `NotRunnable`. */
  check?(node: BoundNode<Attributes>): void;
  /**
   * Positions of inputs that may be constant: kernels read these from the weights section. Constants at any other
   * position are copied to linear memory by a node of their own. Absent: none.
   */
  constantInputs?(node: BoundNode<Attributes>): readonly number[];
  /**
   * Sizes of scratch memory in bytes that the kernels can work with, ascending; the first is what the
   * memory plan counts on, a larger one is given where it is free. Absent: none needed.
   */
  scratchBytes?(node: BoundNode<Attributes>): readonly number[];
  /** Positions of inputs whose memory output 0 may take over (element i is read before element i is written). */
  inPlace?(node: BoundNode<Attributes>): readonly number[];
  /**
   * Which tensors of the node may lie within another one of it, so that nothing is to be copied: a slice in what it is
   * cut from, what is joined in the whole. `emit` sees by the addresses which of them do. Absent: none.
   */
  parts?(node: BoundNode<Attributes>): readonly Part[];
  /**
   * Whether output 0 is what the node's variable 0 holds when it has run, so that it may lie there: nothing writes to it then.
   * `emit` sees by the addresses whether it does. Absent: it is not.
   */
  liesInVariable?(node: BoundNode<Attributes>): boolean;
  /** Kernel calls that compute the node, in order. Empty where nothing is to be done. The node is valid. */
  emit(node: BoundNode<Attributes>, placement: Placement): KernelCall[];
  /**
   * Bytes of the weights section that a node takes, of operators that take weights in tiles: what `emit` would add, told by
   * shapes alone, if weights of int8 had the form of a storage, or took all of their 8 bits.
   */
  sectionBytes?(node: BoundNode<Attributes>, stored: NarrowStorage | undefined): number;
}
