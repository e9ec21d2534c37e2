import type { Tensor } from "../graph/tensor.js";
import type { GraphBuilder } from "./graph-builder.js";

/**
 * The outputs of a graph, under the model's own names. What is an input, a constant or an output already becomes a tensor of
 * its own, as each end of a graph has to be one.
 */
export function modelOutputs(
  graph: GraphBuilder,
  values: readonly Tensor[],
  names: readonly string[],
  inputs: readonly Tensor[],
): Tensor[] {
  const ends = new Set(inputs);
  return values.map((value, i) => {
    const name = names[i] ?? value.name;
    const isOwn = value.data === undefined && !ends.has(value);
    const output: Tensor = isOwn ? value : { ...value, name };
    if (!isOwn) {
      delete output.data;
      graph.add({
        operator: "reshape",
        attributes: { shape: value.shape },
        inputs: [value],
        outputs: [output],
        variables: [],
      });
    }
    ends.add(output);
    graph.rename(output, name);
    return output;
  });
}
