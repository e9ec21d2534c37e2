import { bind, type Graph } from "../graph/graph.js";
import { operatorNamed } from "../ops/index.js";
import type { KernelCall, Placement } from "../ops/operator.js";
import type { Plan } from "../plan/types.js";

/** One step of the model's `run`: a node and the kernel calls that compute it. */
export interface ProgramStep {
  name: string;
  operator: string;
  macs: number;
  weightBytes: number;
  calls: readonly KernelCall[];
}

/** What the generator knows of a model: its steps, and the contents of its weights section. */
export interface Program {
  name: string;
  steps: readonly ProgramStep[];
  weights: Uint8Array;
  memoryBytes: number;
}

/** Alignment of every block of constants within the weights section. */
const weightAlignment = 16;

/**
 * Lowers a planned integer graph to kernel calls and lays out its weights section. Equal blocks of constants are
 * stored once.
 */
export function lower(graph: Graph, plan: Plan): Program {
  const blocks: Uint8Array[] = [];
  const offsets = new Map<string, number>();
  let size = 0;
  const steps = plan.order.map((nodeIndex, step): ProgramStep => {
    const node = graph.nodes[nodeIndex];
    if (node === undefined) throw new Error(`the plan names node ${nodeIndex}`);
    let weightBytes = 0;
    const scratch = plan.scratch[step] ?? { address: 0, bytes: 0 };
    const placement: Placement = {
      inputs: node.inputs.map((index) => plan.tensors.get(index)?.address),
      outputs: node.outputs.map((index) => plan.tensors.get(index)?.address ?? 0),
      scratch: scratch.address,
      scratchBytes: scratch.bytes,
      weights(bytes) {
        weightBytes += bytes.length;
        const key = `${bytes.length}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")}`;
        const known = offsets.get(key);
        if (known !== undefined) return known;
        const offset = size;
        offsets.set(key, offset);
        const block = new Uint8Array(Math.ceil(bytes.length / weightAlignment) * weightAlignment);
        block.set(bytes);
        blocks.push(block);
        size += block.length;
        return offset;
      },
    };
    const operator = operatorNamed(node.operator);
    const bound = bind(graph, node);
    const calls = operator.emit(bound, placement);
    return { name: node.name, operator: node.operator, macs: operator.macs(bound), weightBytes, calls };
  });
  const weights = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    weights.set(block, at);
    at += block.length;
  }
  return { name: graph.name, steps, weights, memoryBytes: plan.memoryBytes };
}
