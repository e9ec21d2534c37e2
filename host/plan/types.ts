import type { TensorIndex } from "../graph/node.js";

/** Of an input of a node and its output 0, that one may lie within the other: its bytes are the other's from an offset on. */
export interface Part {
  /** Position of the input. */
  readonly input: number;
  /** Which of the two is the part: the output of a slice, an input of a concatenation. */
  readonly part: "input" | "output";
  /** Bytes of the whole before the part. */
  readonly offset: number;
}

/** Where an activation lies in linear memory, and the steps during which it is alive. */
export interface TensorAllocation {
  address: number;
  bytes: number;
  /** First step that needs it: the one that writes it, or 0 for a model input. */
  first: number;
  /** Last step that needs it; the number of the last step for a model output. */
  last: number;
  /** The tensor whose memory it takes over (in-place operator), if any. */
  sharesWith?: TensorIndex;
  /** The tensor that it lies in, as a part of it, if any. */
  partOf?: TensorIndex;
  /** The number of the variable that it lies in, if any. */
  variable?: number;
}

/** Scratch memory of one step. */
export interface ScratchAllocation {
  address: number;
  bytes: number;
}

/** Where a variable lies in linear memory. */
export interface VariableAllocation {
  address: number;
  bytes: number;
}

/** A memory plan: the order of the nodes, and the address of everything that is ever in linear memory. */
export interface Plan {
  /** Indices into `graph.nodes`, in the order in which they run. Step i runs node `order[i]`. */
  order: readonly number[];
  /** By tensor index; constants have none. */
  tensors: ReadonlyMap<TensorIndex, TensorAllocation>;
  /** One for each step, aligned with `order`. Zero bytes where none is needed. */
  scratch: readonly ScratchAllocation[];
  /**
   * Bytes alive at each step: tensors, memory that an in-place operator takes over once, and the smallest scratch
   * memory the kernel can work with. One entry, for the model's inputs, where there are no steps.
   */
  aliveBytes: readonly number[];
  /** Where the graph's variables lie, in their order: behind the arena, for ever. */
  variables: readonly VariableAllocation[];
  /** Highest address used but for variables, plus one. */
  arenaBytes: number;
  /** Largest of `aliveBytes`: no plan of this order is smaller. */
  boundBytes: number;
  /** Step at which the bound is reached. */
  boundStep: number;
  /** Linear memory the module needs, in bytes: arena and variables, rounded up to 16. */
  memoryBytes: number;
}
