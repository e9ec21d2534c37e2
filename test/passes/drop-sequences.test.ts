import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { tanhGate } from "../../host/ops/recurrent/gate-activation.js";
import type { LayerAttributes } from "../../host/ops/recurrent/layer.js";
import { runPasses } from "../../host/passes/index.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { plain } from "../ops/quantized-tensors.js";

/** A plain recurrent layer [1, 5, 2] to [1, 5, 3] and its last state, of which some are outputs. */
function layer(outputs: number[]): Graph {
  const constant = (...shape: number[]): Tensor => ({
    ...plain(shape),
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i + 1)),
  });
  const attributes: LayerAttributes = {
    timeMajor: false,
    backwards: false,
    sequence: true,
    masked: "zero",
    clip: 0,
    activations: [tanhGate],
  };
  return {
    name: "g",
    tensors: [plain([1, 5, 2]), constant(3, 2), constant(3, 3), plain([1, 5, 3]), plain([1, 3])],
    nodes: [{ name: "n", operator: "rnnLayer", attributes, inputs: [0, 1, 2], outputs: [3, 4] }],
    inputs: [0],
    outputs,
  };
}

test("a sequence that nothing reads is not stored, and the last state stays what it is", () => {
  const graph = layer([4]);
  const result = runPasses(graph);
  const input = Float32Array.from({ length: 10 }, (_, i) => i / 10);
  const last = (of: Graph) => runFloat(of, [input])[of.outputs[0] as number];
  const [{ attributes, outputs }] = result.nodes as [Node<LayerAttributes>];
  assert.is(outputs.length, 1);
  assert.is(attributes.sequence, false);
  assert.equal(last(result), last(graph));
});

test("a sequence that is read, or is an output, stays", () => {
  for (const outputs of [[3], [4, 3]]) assert.is(runPasses(layer(outputs)).nodes[0]?.outputs.length, 2);
});

test.run();
