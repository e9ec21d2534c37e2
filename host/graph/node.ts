import type { Tensor } from "./tensor.js";

/** Index into `Graph.tensors`; -1 stands for an optional input that is absent. */
export type TensorIndex = number;

/** An instance of an operator. `attributes` has the type that the operator declares. */
export interface Node<Attributes extends object = object> {
  name: string;
  operator: string;
  attributes: Attributes;
  inputs: readonly TensorIndex[];
  outputs: readonly TensorIndex[];
  /** Indices into `Graph.variables`: what the node reads or writes of the model's state; none by default. */
  variables?: readonly number[];
  /**
   * Conditions: activations of one bool each. The node runs where all of them are true, and is passed over where one is not: what
   * it would write is then not defined, and its variables stay as they are. None by default.
   */
  when?: readonly TensorIndex[];
}

/** A node with its tensors looked up: what operators work on. */
export interface BoundNode<Attributes extends object = object> {
  name: string;
  attributes: Attributes;
  inputs: readonly (Tensor | undefined)[];
  outputs: readonly Tensor[];
  variables?: readonly Tensor[];
}

/** Activation fused into an operator's output, as TFLite does; `relu-0-to-1` by passes only. */
export type FusedActivation = "none" | "relu" | "relu6" | "relu-n1-to-1" | "relu-0-to-1";
