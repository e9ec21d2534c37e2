import type { Graph } from "../graph/graph.js";
import type { DType } from "../graph/tensor.js";

/** Integers and bools that are no real numbers: classes, indices, what comparisons tell. */
const wholeTypes: readonly DType[] = ["int32", "int64", "bool"];

/**
 * Whether a graph computes real numbers in float32 alone, so that it can be quantized: its inputs and variables are float32,
 * and so are all of its activations but integers without a scale.
 */
export function isFloat({ tensors, nodes, inputs, variables = [] }: Graph): boolean {
  const used = new Set(nodes.flatMap((node) => [...node.inputs, ...node.outputs]));
  const activations = tensors.filter(({ data }, index) => data === undefined && used.has(index));
  const ends = inputs.map((index) => tensors[index]);
  return (
    [...ends, ...variables].every((tensor) => tensor?.dtype === "float32") &&
    activations.every(
      ({ dtype, quantization }) =>
        dtype === "float32" || (quantization === undefined && wholeTypes.includes(dtype)),
    )
  );
}
