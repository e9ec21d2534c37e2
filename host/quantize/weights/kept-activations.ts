import type { Node, TensorIndex } from "../../graph/node.js";
import type { RunningGraph } from "../running-graph.js";

/**
 * A graph without variables that runs node by node for many samples: what nodes to come read is kept for each sample, and
 * nothing else.
 */
export class KeptActivations {
  readonly running: RunningGraph;
  private readonly samples: number;
  private readonly kept = new Map<TensorIndex, Uint8Array[]>();
  private readonly lastReaders = new Map<TensorIndex, number>();

  constructor(running: RunningGraph, samples: readonly (readonly Float32Array[])[]) {
    this.running = running;
    this.samples = samples.length;
    const { nodes, inputs } = running.graph;
    for (const [at, node] of nodes.entries())
      for (const index of node.inputs) this.lastReaders.set(index, at);
    for (const sample of samples) {
      for (const [i, index] of inputs.entries()) {
        running.writeReals(index, sample[i] as Float32Array);
        this.keep(index);
      }
    }
  }

  private bytes(index: TensorIndex): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.running.elements(index);
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  }

  private keep(index: TensorIndex): void {
    const all = this.kept.get(index) ?? [];
    all.push(this.bytes(index).slice());
    this.kept.set(index, all);
  }

  /** Puts what a node reads of a sample into memory. */
  load(at: number, sample: number): void {
    for (const index of new Set(this.running.graph.nodes[at]?.inputs)) {
      const values = this.kept.get(index)?.[sample];
      if (values !== undefined) this.bytes(index).set(values);
    }
  }

  /** Runs a node for every sample. */
  runNode(at: number): void {
    const node = this.running.graph.nodes[at] as Node;
    for (let sample = 0; sample < this.samples; sample++) {
      this.load(at, sample);
      this.running.runNode(at);
      for (const index of node.outputs) if ((this.lastReaders.get(index) ?? -1) > at) this.keep(index);
    }
    for (const index of node.inputs) if (this.lastReaders.get(index) === at) this.kept.delete(index);
  }
}
