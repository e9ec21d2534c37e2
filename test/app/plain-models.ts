import type { Graph } from "../../host/graph/graph.js";

/** The mean of the squares of so many float32. */
export function loudness(count: number): Graph {
  return {
    name: "loudness",
    tensors: [
      { name: "samples", dtype: "float32", shape: [1, count] },
      { name: "squares", dtype: "float32", shape: [1, count] },
      { name: "loudness", dtype: "float32", shape: [1, 1] },
    ],
    nodes: [
      { name: "square", operator: "square", attributes: {}, inputs: [0], outputs: [1] },
      {
        name: "mean",
        operator: "mean",
        attributes: { axes: [1], keepDims: true },
        inputs: [1],
        outputs: [2],
      },
    ],
    inputs: [0],
    outputs: [2],
  };
}

/** How often it has run, whatever its two float32 are; its other score is their sum. */
export const counter: Graph = {
  name: "counter",
  tensors: [
    { name: "samples", dtype: "float32", shape: [2] },
    { name: "sum", dtype: "float32", shape: [1] },
    { name: "before", dtype: "float32", shape: [1] },
    { name: "one", dtype: "float32", shape: [1], data: Float32Array.of(1) },
    { name: "count", dtype: "float32", shape: [1] },
    { name: "scores", dtype: "float32", shape: [2] },
  ],
  nodes: [
    { name: "sum", operator: "sum", attributes: { axes: [0], keepDims: true }, inputs: [0], outputs: [1] },
    { name: "read", operator: "readVariable", attributes: {}, inputs: [], outputs: [2], variables: [0] },
    { name: "add", operator: "add", attributes: { activation: "none" }, inputs: [2, 3], outputs: [4] },
    { name: "keep", operator: "assignVariable", attributes: {}, inputs: [4], outputs: [], variables: [0] },
    { name: "join", operator: "concatenation", attributes: { axis: 0 }, inputs: [4, 1], outputs: [5] },
  ],
  inputs: [0],
  outputs: [5],
  variables: [{ name: "count", dtype: "float32", shape: [1] }],
};
