import { test } from "uvu";
import type { Graph } from "../../host/graph/graph.js";
import { printGraph } from "../../host/graph/print.js";
import type { DType, Tensor } from "../../host/graph/tensor.js";
import { fuseActivations } from "../../host/passes/fuse-activations.js";
import { fusePadding } from "../../host/passes/fuse-padding.js";
import { runPasses } from "../../host/passes/index.js";
import { removeDeadNodes } from "../../host/passes/remove-dead-nodes.js";
import { assertGolden } from "../golden.js";

const window = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
const noPadding = { top: 0, bottom: 0, left: 0, right: 0 };
const ring = { before: [0, 1, 1, 0], after: [0, 2, 1, 0] };

/** input -> pad -> conv -> relu6 -> output, beside it conv -> relu whose value is also read, and a dead node. */
function example(dtype: DType, padScale = 0.5, value = 0): Graph {
  const tensor = (name: string, shape: number[], scale = 0.5): Tensor => ({
    name,
    dtype,
    shape,
    ...(dtype === "int8" ? { quantization: { scale: [scale], zeroPoint: [3], axis: 0 } } : {}),
  });
  const weights: Tensor = {
    ...tensor("weights", [2, 3, 3, 1]),
    data: dtype === "int8" ? new Int8Array(18).fill(1) : new Float32Array(18).fill(1),
    ...(dtype === "int8" ? { quantization: { scale: [0.25], zeroPoint: [0], axis: 0 } } : {}),
  };
  const conv = { ...window, padding: noPadding, activation: "none" };
  return {
    name: "example",
    tensors: [
      tensor("input", [1, 4, 5, 1]),
      tensor("padded", [1, 7, 7, 1], padScale),
      weights,
      tensor("sums", [1, 5, 5, 2]),
      tensor("limited", [1, 5, 5, 2]),
      tensor("read twice", [1, 2, 3, 2]),
      tensor("rectified", [1, 2, 3, 2]),
      tensor("dead", [1, 2, 3, 2]),
    ],
    nodes: [
      { name: "pad", operator: "pad", attributes: { ...ring, value }, inputs: [0], outputs: [1] },
      { name: "conv", operator: "conv2d", attributes: conv, inputs: [1, 2, -1], outputs: [3] },
      { name: "relu6", operator: "relu6", attributes: {}, inputs: [3], outputs: [4] },
      { name: "conv 2", operator: "conv2d", attributes: conv, inputs: [0, 2, -1], outputs: [5] },
      { name: "relu", operator: "relu", attributes: {}, inputs: [5], outputs: [6] },
      { name: "dead", operator: "relu", attributes: {}, inputs: [5], outputs: [7] },
    ],
    inputs: [0],
    outputs: [4, 6],
  };
}

const beforeAndAfter = (graph: Graph, pass: (graph: Graph) => Graph): string =>
  `before\n${printGraph(graph)}\nafter\n${printGraph(pass(graph))}`;

for (const dtype of ["float32", "int8"] as const) {
  test(`fuse-padding, ${dtype}`, () =>
    assertGolden(`fuse-padding-${dtype}.txt`, beforeAndAfter(example(dtype), fusePadding)));
  test(`fuse-activations, ${dtype}`, () =>
    assertGolden(`fuse-activations-${dtype}.txt`, beforeAndAfter(example(dtype), fuseActivations)));
  test(`all passes, ${dtype}`, () =>
    assertGolden(`passes-${dtype}.txt`, beforeAndAfter(example(dtype), runPasses)));
}

test("remove-dead-nodes", () =>
  assertGolden("remove-dead-nodes.txt", beforeAndAfter(example("float32"), removeDeadNodes)));

test("padding of another scale or value stays", () => {
  assertGolden("fuse-padding-other-scale.txt", printGraph(fusePadding(example("int8", 0.75))));
  assertGolden("fuse-padding-other-value.txt", printGraph(fusePadding(example("float32", 0.5, 1))));
});

test.run();
