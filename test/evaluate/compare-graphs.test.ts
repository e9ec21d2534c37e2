import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareGraphs } from "../../host/evaluate/compare-graphs.js";
import type { Graph } from "../../host/graph/graph.js";
import { packageKernels } from "../../host/kernels/library.js";
import { FloatGraph } from "../quantize/float-graphs.js";

const libraries = [packageKernels()];

/** A graph that multiplies by 2x2 weights, then takes the larger of that and 0. */
function network(weights: readonly number[]): Graph {
  const build = new FloatGraph();
  const product = build.node(
    "fullyConnected",
    { activation: "none" },
    build.input([1, 2]),
    build.constant([2, 2], weights),
  );
  return build.graph(build.node("relu", {}, product));
}

const samples = [[Float32Array.of(1, 0)], [Float32Array.of(0, 1)]];

test("two graphs are compared tensor by tensor and at their outputs", async () => {
  const compared = await compareGraphs(network([2, 0, 1, 3]), network([2, 0, 1, 1]), samples, {
    libraries,
    labels: [0, 0],
  });
  assert.is(compared.samples, 2);
  assert.equal(
    compared.tensors.map(({ name, operator }) => `${name} ${operator}`),
    ["fullyConnected0 fullyConnected", "relu1 relu"],
  );
  // References 2, 1 and 0, 3; candidates 2, 1 and 0, 1.
  const [product] = compared.tensors;
  assert.ok(Math.abs((product?.sqnr ?? 0) - 10 * Math.log10(14 / 4)) < 1e-9);
  assert.is(product?.maxError, 2);
  assert.is(product?.meanError, 0.5);
  assert.equal(product?.range, [0, 3]);
  const [output] = compared.outputs;
  assert.equal(output?.agreement, { top1: 1, rows: 2 });
  const confusion = [
    [1, 1],
    [0, 0],
  ];
  assert.equal(compared.labels, {
    reference: { accuracy: 0.5, confusion },
    candidate: { accuracy: 0.5, confusion },
  });
});

test("equal values have no noise, and a signal of zeros has no ratio", async () => {
  const equal = await compareGraphs(network([1, 0, 0, 1]), network([1, 0, 0, 1]), samples, { libraries });
  assert.is(equal.outputs[0]?.sqnr, Number.POSITIVE_INFINITY);
  const none = await compareGraphs(network([0, 0, 0, 0]), network([1, 0, 0, 1]), samples, { libraries });
  assert.is(none.outputs[0]?.sqnr, undefined);
});

/** The network in int8: inputs at a scale of 1 / 127, outputs at 1 / 64, both around 0. */
function quantized(graph: Graph): Graph {
  const at = (scale: number) => ({ scale: [scale], zeroPoint: [0], axis: 0 });
  const scales = [1 / 127, 1 / 127, 1 / 64, 1 / 64];
  const tensors = graph.tensors.map((tensor, i) => ({
    ...tensor,
    dtype: "int8" as const,
    quantization: at(scales[i] as number),
    ...(tensor.data && {
      data: Int8Array.from(tensor.data as Float32Array, (value) => Math.round(value * 127)),
    }),
  }));
  return { ...graph, tensors };
}

test("what lies beyond an integer tensor's range is clipped; what is at its end and belongs there is not", async () => {
  const graph = network([1, 0, 0, -1]);
  const large = [[Float32Array.of(1, 1)], [Float32Array.of(4, 0)]];
  const { tensors } = await compareGraphs(graph, quantized(graph), large, { libraries });
  // The reference's products: 1, -1 and 4, 0; after relu 1, 0 and 4, 0. Codes of the int8 ones reach from -2 to 127 / 64.
  assert.equal(
    tensors.map(({ saturated }) => saturated),
    [0.25, 0.25],
  );
});

test("tensors of one name are compared in their order, the last with the last where one graph has fewer", async () => {
  const named = (graph: Graph): Graph => ({
    ...graph,
    tensors: graph.tensors.map((tensor) => (tensor.data ? tensor : { ...tensor, name: "same" })),
  });
  const both = named(network([-1, 0, 0, 2]));
  const compared = await compareGraphs(both, both, samples, { libraries });
  assert.equal(
    compared.tensors.map(({ operator, sqnr, range }) => [operator, sqnr, range[0]]),
    [
      ["fullyConnected", Number.POSITIVE_INFINITY, -1],
      ["relu", Number.POSITIVE_INFINITY, 0],
    ],
  );
  const [product] = both.nodes;
  const fused = {
    ...both,
    nodes: [{ ...product!, attributes: { activation: "relu" }, outputs: both.outputs }],
  };
  const other = await compareGraphs(both, fused, samples, { libraries });
  assert.equal(
    other.tensors.map(({ operator, sqnr, range }) => [operator, sqnr, range[0]]),
    [["fullyConnected", Number.POSITIVE_INFINITY, 0]],
  );
});

test.run();
