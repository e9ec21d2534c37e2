import type { Graph } from "../../host/graph/graph.js";

/** A model with state: adds its input, an int32, to a sum that it keeps, which starts with 7, and gives that. */
export function statefulGraph(): Graph {
  const int32 = { dtype: "int32", shape: [1] } as const;
  return {
    name: "sums",
    tensors: [
      { name: "step", ...int32 },
      { name: "before", ...int32 },
      { name: "sum", ...int32 },
    ],
    nodes: [
      { name: "read", operator: "readVariable", attributes: {}, inputs: [], outputs: [1], variables: [0] },
      { name: "add", operator: "add", attributes: { activation: "none" }, inputs: [0, 1], outputs: [2] },
      { name: "keep", operator: "assignVariable", attributes: {}, inputs: [2], outputs: [], variables: [0] },
    ],
    inputs: [0],
    outputs: [2],
    variables: [{ name: "kept", ...int32, data: Int32Array.of(7) }],
  };
}
