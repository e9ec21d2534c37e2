import type { Graph } from "./graph.js";
import type { TensorIndex } from "./node.js";
import { describeType, perTensor } from "./tensor.js";

/** A graph as text, one line a node: what golden files of passes hold. Constants are shown in brackets. */
export function printGraph(graph: Graph): string {
  const show = (index: TensorIndex): string => {
    const tensor = graph.tensors[index];
    if (tensor === undefined) return "-";
    const parameters = perTensor(tensor);
    const type = describeType(tensor);
    const text = parameters === undefined ? type : `${type} * ${parameters.scale} @ ${parameters.zeroPoint}`;
    return tensor.data === undefined ? `%${index} ${text}` : `[${text}]`;
  };
  const lines = graph.nodes.map(
    ({ operator, name, inputs, outputs, attributes, when = [] }) =>
      `${when.length === 0 ? "" : `if ${when.map(show).join(" and ")}: `}${outputs.map(show).join(", ")} = ${operator}(${inputs.map(show).join(", ")}) ${JSON.stringify(attributes)} "${name}"`,
  );
  return [
    `inputs ${graph.inputs.map(show).join(", ")}`,
    ...lines,
    `outputs ${graph.outputs.map(show).join(", ")}`,
    "",
  ].join("\n");
}
