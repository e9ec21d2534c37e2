import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { permuteView, sliceView, wholeView } from "../../host/numerics/strided-view.js";
import { tanhGate } from "../../host/ops/recurrent/gate-activation.js";
import type { LayerAttributes } from "../../host/ops/recurrent/layer.js";
import { runPasses } from "../../host/passes/index.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { plain } from "../ops/quantized-tensors.js";

const [times, batches, inputs, units] = [5, 2, 2, 3];

/** A layer [5, 2, 2] to [5, 2, 3], as exporters write it: batches first, then one time of all. */
function picked(time: number, backwards: boolean, masked = false): Graph {
  const constant = (...shape: number[]): Tensor => ({
    ...plain(shape),
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i + 1)),
  });
  const attributes: LayerAttributes = {
    timeMajor: true,
    backwards,
    sequence: true,
    masked: "zero",
    clip: 0,
    activations: [tanhGate],
  };
  const mask = { ...plain([times, batches], "bool"), data: new Uint8Array(times * batches).fill(1) };
  mask.data[times * batches - 1] = 0;
  const transposed = permuteView(wholeView([times, batches, units]), [1, 0, 2]);
  const slice = sliceView(wholeView([batches, times, units]), 1, time, 1);
  const nodes: Node[] = [
    {
      name: "layer",
      operator: "rnnLayer",
      attributes,
      inputs: [0, 1, 2, -1, -1, -1, masked ? 3 : -1],
      outputs: [4, 5],
    },
    {
      name: "transposed",
      operator: "view",
      attributes: { shape: [batches, times, units], ...transposed },
      inputs: [4],
      outputs: [6],
    },
    {
      name: "slice",
      operator: "view",
      attributes: { shape: [batches, units], ...slice },
      inputs: [6],
      outputs: [7],
    },
    { name: "out", operator: "relu", attributes: {}, inputs: [7], outputs: [8] },
  ];
  const tensors = [
    plain([times, batches, inputs]),
    constant(units, inputs),
    constant(units, units),
    mask,
    plain([times, batches, units]),
    ...[0, 1].map((i) => (i === 0 ? plain([batches, units]) : plain([batches, times, units]))),
    plain([batches, units]),
    plain([batches, units]),
  ];
  return { name: "g", tensors, nodes, inputs: [0], outputs: [8] };
}

const input = Float32Array.from({ length: times * batches * inputs }, (_, i) => Math.cos(i));
const answer = (graph: Graph) => runFloat(graph, [input])[graph.outputs[0] as number];
const layerOf = (graph: Graph) => graph.nodes.find(({ operator }) => operator === "rnnLayer") as Node;

test("the last time of a sequence is the last state, and the sequence is not stored", () => {
  for (const [time, backwards] of [
    [times - 1, false],
    [0, true],
  ] as const) {
    const graph = picked(time, backwards);
    const result = runPasses(graph);
    assert.is(layerOf(result).outputs.length, 1);
    assert.not(result.nodes.some(({ operator }) => operator === "view"));
    assert.equal(answer(result), answer(graph));
  }
});

test("any other time, and a masked sequence, stay what they are", () => {
  for (const graph of [picked(times - 2, false), picked(times - 1, true), picked(times - 1, false, true)]) {
    const result = runPasses(graph);
    assert.is(layerOf(result).outputs.length, 2);
    assert.equal(answer(result), answer(graph));
  }
});

test.run();
