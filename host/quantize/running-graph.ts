import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import type { Tensor, TensorData } from "../graph/tensor.js";

/** A graph that runs node by node, every activation in memory of its own: what quantization measures by. */
export interface RunningGraph {
  readonly graph: Graph;
  /** A tensor's elements in memory, in its own dtype. */
  elements(index: TensorIndex): TensorData;
  /** Real values of a tensor: of float32 those in memory themselves, of integers a copy. */
  reals(index: TensorIndex): Float32Array;
  writeReals(index: TensorIndex, values: ArrayLike<number>): void;
  /** Puts a tensor of the same type in the place of one of the graph's: other weights, or another scale. */
  replace(index: TensorIndex, tensor: Tensor): void;
  run(first?: number, last?: number): void;
  runNode(at: number): void;
  /** Sets the model's variables to what they start with. */
  reset(): void;
  /** Copies of the variables' bytes, and back. */
  readState(): Uint8Array[];
  writeState(state: readonly Uint8Array[]): void;
}

/** Opens a graph for running. */
export type OpenGraph = (graph: Graph) => Promise<RunningGraph>;

/** Writes a sample into a graph's inputs. */
export function writeSample(running: RunningGraph, sample: readonly Float32Array[]): void {
  for (const [i, index] of running.graph.inputs.entries())
    running.writeReals(index, sample[i] as Float32Array);
}
