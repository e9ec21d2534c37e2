import { bind, type Graph } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { describeType, type Tensor } from "../graph/tensor.js";
import { quantizedActivationRange, sameParameters } from "../numerics/requantization.js";
import { rectifiers } from "../ops/elementwise/relu.js";
import { meansTheSame } from "../ops/movement/moved.js";

/** Removes nodes whose output holds the very bytes of their input; their readers then read the input. */
export function removeIdentities(graph: Graph): Graph {
  const same = new Map<TensorIndex, TensorIndex>();
  const resolve = (index: TensorIndex): TensorIndex => same.get(index) ?? index;
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const current = { ...node, inputs: node.inputs.map(resolve) };
    const [input, output] = [current.inputs[0], current.outputs[0]];
    if (input === undefined || output === undefined || graph.outputs.includes(output)) return [current];
    if (!isIdentity(graph, current)) return [current];
    same.set(output, input);
    return [];
  });
  return same.size === 0 ? graph : { ...graph, nodes };
}

function isIdentity(graph: Graph, node: Node): boolean {
  const { inputs, outputs } = bind(graph, node);
  const [input, output] = [inputs[0] as Tensor | undefined, outputs[0] as Tensor];
  if (input === undefined || describeType(input) !== describeType(output)) return false;
  const sameInt8 = input.dtype === "int8" && sameParameters(input, output);
  switch (node.operator) {
    case "reshape":
    case "pad":
      return meansTheSame(input, output);
    case "quantize":
      return sameInt8;
    case "concatenation":
      return inputs.length === 1 && meansTheSame(input, output);
    default: {
      const activation = rectifiers[node.operator];
      if (activation === undefined || !sameInt8) return false;
      const { low, high } = quantizedActivationRange(activation, output);
      return low === -128 && high === 127;
    }
  }
}
