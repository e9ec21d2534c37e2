import type { Graph } from "../graph/graph.js";

/**
 * Whether a graph computes in float32 alone, so that it can be quantized: all of its activations and variables are
 * float32.
 */
export function isFloat({ tensors, nodes, inputs, variables = [] }: Graph): boolean {
  const used = new Set([...inputs, ...nodes.flatMap((node) => [...node.inputs, ...node.outputs])]);
  const activations = tensors.filter(({ data }, index) => data === undefined && used.has(index));
  return [...activations, ...variables].every(({ dtype }) => dtype === "float32");
}
