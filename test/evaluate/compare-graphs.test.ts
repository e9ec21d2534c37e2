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

test.run();
