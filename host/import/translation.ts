import type { Tensor } from "../graph/tensor.js";

/**
 * A node of a core operator. Its tensors are those of the file, or new ones: constants, and what lies between two nodes.
 */
export interface Translation {
  /** Name of the core operator. */
  readonly operator: string;
  readonly attributes: object;
  /** The node's inputs in the file, if absent. Constant inputs that turn into attributes are left out. */
  readonly inputs?: readonly (Tensor | undefined)[];
  /** The node's outputs in the file, if absent. */
  readonly outputs?: readonly Tensor[];
  /** State that the node reads or writes: those of the file's variables, or new ones. */
  readonly variables?: readonly Tensor[];
}
