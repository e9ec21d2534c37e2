import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import { dataOf, storedValues } from "../ops/fold.js";
import { operatorNamed } from "../ops/index.js";
import type { Operator, Values } from "../ops/operator.js";

/**
 * Computes nodes all of whose inputs are constant, and makes their outputs constants: nodes of float32 and of integers
 * that are not quantized, what only moves elements of any type, and dequantizations.
 */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const nodes = graph.nodes.filter((node) => {
    const bound = bind({ ...graph, tensors }, node);
    const operator = operatorNamed(node.operator);
    const values = valuesToFold(operator, bound);
    if (values === undefined) return true;
    const results = operator.reference(bound, values);
    const stored = operator.moves === true ? bound.inputs[0]?.stored : undefined;
    node.outputs.forEach((index, i) => {
      const tensor = tensors[index] as Tensor;
      const data = dataOf(results[i] as Values, tensor);
      tensors[index] = { ...tensor, data, ...(stored === undefined ? {} : { stored }) };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

/** What the reference of a node that is to be folded is given; undefined where it is none. */
function valuesToFold(
  { moves, name }: Operator,
  { inputs, outputs, variables = [] }: BoundNode,
): (Values | undefined)[] | undefined {
  const present = inputs.filter((tensor) => tensor !== undefined);
  const constant = present.length > 0 && present.every(({ data }) => data !== undefined);
  if (!constant || variables.length > 0) return undefined;
  if (name === "dequantize") return inputs.map((tensor) => tensor && realValues(tensor));
  const quantized = [...present, ...outputs].some(
    ({ quantization, dtype }) => quantization !== undefined && dtype !== "float32",
  );
  return moves === true || !quantized ? inputs.map((tensor) => tensor && storedValues(tensor)) : undefined;
}
