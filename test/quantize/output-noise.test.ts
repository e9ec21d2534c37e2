import { test } from "uvu";
import * as assert from "uvu/assert";
import { Execution } from "../../host/evaluate/execution.js";
import type { Graph } from "../../host/graph/graph.js";
import { packageKernels } from "../../host/kernels/library.js";
import { measuredAlike, measuredTensors } from "../../host/quantize/output-noise.js";
import { quantizeGraph } from "../../host/quantize/quantize-graph.js";
import { outputError } from "../../host/quantize/quantize-model.js";
import { FloatGraph, numbers, pseudoRandom } from "./float-graphs.js";

const open = (graph: Graph) => Execution.open(graph, [packageKernels()]);
const dense = { activation: "none", keepAxes: true };

/** A layer before a reshape and a softmax. */
function classifier(): FloatGraph {
  const build = new FloatGraph();
  const random = pseudoRandom(6);
  const scores = build.node(
    "fullyConnected",
    dense,
    build.input([1, 8]),
    build.constant([6, 8], numbers(48, random)),
  );
  const rows = build.node("reshape", { shape: [2, 3] }, scores);
  build.node("softmax", { beta: 1 }, rows);
  return build;
}

const named = (graph: Graph, name: string): Graph => ({
  ...graph,
  tensors: graph.tensors.map((tensor) => ({ ...tensor, name })),
});

/** The same graph, its tensors numbered the other way round. */
function reversed(graph: Graph): Graph {
  const last = graph.tensors.length - 1;
  const turned = (indices: readonly number[]): number[] =>
    indices.map((index) => (index < 0 ? index : last - index));
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: turned(node.inputs),
    outputs: turned(node.outputs),
  }));
  const tensors = [...graph.tensors].reverse();
  return { ...graph, tensors, nodes, inputs: turned(graph.inputs), outputs: turned(graph.outputs) };
}

test("a quantized graph is measured where the float one is, whatever its tensors are called and numbered", async () => {
  const build = classifier();
  const [scores = -1, , end = -1] = build.nodes.map(({ outputs: [output] }) => output as number);
  const graph = build.graph(end);
  assert.equal(measuredTensors(graph), [scores]);
  const samples = build.samples(12, 1);
  const quantized = quantizeGraph(graph, samples);
  const error = await outputError(graph, quantized, samples, open);
  assert.ok(error > 0 && error < 1e-3, `${error}`);
  for (const other of [quantized, reversed(quantized)]) {
    const found = await outputError(named(graph, "x"), named(other, "x"), samples, open);
    assert.is(found, error);
  }
});

test("outputs that are no real numbers are not measured, and the others keep their places", () => {
  const build = classifier();
  const [scores = -1, rows = -1, end = -1] = build.nodes.map(({ outputs: [output] }) => output as number);
  const graph = build.graph(end);
  const tensors = graph.tensors.map((tensor, i) =>
    i === rows ? { ...tensor, dtype: "int32" as const } : tensor,
  );
  // What the row of an integer output is made from is left out.
  const float: Graph = { ...graph, tensors, nodes: graph.nodes.slice(0, 1), outputs: [rows, scores] };
  assert.equal(measuredTensors(float), [scores]);
  assert.equal(measuredAlike(float, { ...float, outputs: [end, scores] }), [scores]);
});

test.run();
