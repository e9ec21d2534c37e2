import { type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import type { Tensor, TensorData } from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import { Execution } from "./execution.js";

/** One sample: real values of each of a model's inputs, in order. */
export type Sample = readonly Float32Array[];

/** A model that is run to be compared with another one. */
export interface Subject {
  /** What can be read after a run, and the operator that writes it; "input" for a model's input. */
  readonly tensors: readonly { tensor: Tensor; operator: string }[];
  /** Those that are layers of the model, in the order in which they are computed. */
  readonly layers: readonly number[];
  /** Those that are its outputs, in order. */
  readonly outputs: readonly number[];
  /** Runs the model on one sample; its state, where it has any, goes on. */
  run(sample: Sample): void | Promise<void>;
  /** Elements of one of `tensors` after the last run. */
  elements(index: number): TensorData;
}

/** A graph as a subject: every activation is a layer. Throws `memory-exceeded`. */
export async function openGraphSubject(graph: Graph, libraries: readonly KernelLibrary[]): Promise<Subject> {
  const execution = await Execution.open(graph, libraries);
  const operators = new Map<TensorIndex, string>();
  for (const { operator, outputs } of graph.nodes)
    for (const index of outputs) operators.set(index, operator);
  const own = [...new Set([...operators.keys(), ...graph.outputs])];
  return {
    tensors: own.map((index) => ({
      tensor: tensorAt(graph, index),
      operator: operators.get(index) ?? "input",
    })),
    layers: [...operators.keys()].map((_, i) => i),
    outputs: graph.outputs.map((index) => own.indexOf(index)),
    run(sample) {
      for (const [i, index] of graph.inputs.entries()) execution.writeReals(index, sample[i] as Float32Array);
      execution.run();
    },
    elements: (index) => execution.elements(own[index] as TensorIndex),
  };
}
