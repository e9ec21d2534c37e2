import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareSubjects } from "../../host/evaluate/compare-graphs.js";
import { type Layers, layersOf, readLayers, requireLayersFit } from "../../host/evaluate/layers.js";
import { moduleSubject, withLayers } from "../../host/evaluate/module-subject.js";
import { openGraphSubject } from "../../host/evaluate/subject.js";
import type { Graph } from "../../host/graph/graph.js";
import { packageKernels } from "../../host/kernels/library.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { FloatGraph } from "../quantize/float-graphs.js";
import { refused } from "../run/tensor-files/refused.js";

/** Layers whose memory is taken by later ones: a chain of functions of one input. */
function chain(): Graph {
  const build = new FloatGraph();
  const first = build.node("relu", {}, build.input([1, 8]));
  const second = build.node("tanh", {}, first);
  return build.graph(build.node("logistic", {}, second));
}

const sample = [Float32Array.of(-2, -1, -0.5, 0, 0.25, 0.5, 1, 2)];
const built = await buildModel(chain());
const sha256 = createHash("sha256").update(built.wasm).digest("hex");
const layers = layersOf(built, sha256);

test("each layer of a built model is read when its step has run, and equals the graph's", async () => {
  const addresses = layers.layers.map(({ address }) => address);
  assert.ok(new Set(addresses).size < addresses.length, "layers share memory");
  const opened = openModule(built.wasm);
  const runner = await openRunner("node", built.wasm, withLayers(opened, layers.layers));
  const subject = moduleSubject(runner, opened.manifest, layers.layers);
  const graph = await openGraphSubject(built.graph, [packageKernels()]);
  const { tensors, outputs, byOrder } = await compareSubjects(graph, subject, [sample, sample]);
  assert.is(byOrder, undefined);
  assert.equal(
    tensors.map(({ operator, maxError, elements }) => [operator, maxError, elements]),
    [
      ["relu", 0, 8],
      ["tanh", 0, 8],
      ["logistic", 0, 8],
    ],
  );
  assert.ok(tensors.every(({ range }) => range[0] < range[1]));
  assert.is(outputs[0]?.maxError, 0);
  runner.close();
});

test("layers whose channels were scaled are compared in the values of the model that was given", async () => {
  const factors = [4, 0.5];
  const build = new FloatGraph();
  const hidden = build.node("relu", {}, build.input([1, 8]));
  const graph = build.graph(build.node("tanh", {}, hidden));
  const scaled: Graph = {
    ...graph,
    // In place of weights of its own, what goes in is what the factors make of it.
    tensors: graph.tensors.map((tensor, i) =>
      i === hidden ? { ...tensor, channelFactors: factors } : tensor,
    ),
  };
  const own = await buildModel(scaled);
  const kept = readLayers(new TextEncoder().encode(JSON.stringify(layersOf(own, sha256))));
  assert.equal(
    kept.layers.map(({ channelFactors }) => channelFactors),
    [factors, undefined],
  );
  const runner = await openRunner("node", own.wasm, withLayers(openModule(own.wasm), kept.layers));
  const subject = moduleSubject(runner, openModule(own.wasm).manifest, kept.layers);
  const reference = await openGraphSubject(graph, [packageKernels()]);
  const given = sample[0] as Float32Array;
  const larger = given.map((value, i) => value * (factors[i % 2] as number));
  const both = { ...subject, run: () => subject.run([larger]) };
  const { tensors } = await compareSubjects(reference, both, [sample]);
  assert.equal(
    tensors.map(({ operator, maxError }) => [operator, maxError === 0]),
    [
      ["relu", true],
      ["tanh", false],
    ],
  );
  runner.close();
});

test("layers without a name in common are paired by operator and shape", async () => {
  const graph = chain();
  const renamed: Graph = {
    ...graph,
    tensors: graph.tensors.map((tensor) => ({ ...tensor, name: `other/${tensor.name}` })),
  };
  const libraries = [packageKernels()];
  const [a, b] = [await openGraphSubject(graph, libraries), await openGraphSubject(renamed, libraries)];
  const { tensors, byOrder } = await compareSubjects(a, b, [sample]);
  assert.is(byOrder, true);
  assert.equal(
    tensors.map(({ operator }) => operator),
    ["relu", "tanh", "logistic"],
  );
});

test("a file of layers is read as it was written, and refused where it is another thing", async () => {
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  assert.equal(readLayers(bytes(layers)), layers);
  const [layer] = layers.layers;
  const changed = (part: object): Layers => ({ ...layers, layers: [{ ...layer!, ...part }] });
  const wrong: [unknown, RegExp][] = [
    [[], /it: /],
    [{ ...layers, version: 2 }, /version: /],
    [{ ...layers, model: "abc" }, /model: /],
    [{ ...layers, more: 1 }, /more/],
    [changed({ dtype: "float64" }), /layers\.0\.dtype/],
    [changed({ address: -4 }), /layers\.0\.address/],
    [changed({ shape: [1.5] }), /layers\.0\.shape\.0/],
    [changed({ scale: 0 }), /layers\.0\.scale/],
    [changed({ channelFactors: [] }), /layers\.0\.channelFactors/],
    [changed({ channelFactors: [1, 0] }), /layers\.0\.channelFactors\.1/],
  ];
  for (const [value, message] of wrong)
    await refused(() => readLayers(bytes(value)), "layers-invalid", message);
  const { manifest } = built;
  requireLayersFit(layers, manifest);
  for (const part of [{ step: 3 }, { address: manifest.memoryBytes - 4 }, { shape: [2 ** 30, 2 ** 20] }])
    await refused(
      () => requireLayersFit(changed(part), manifest),
      "layers-invalid",
      /the model has 3 steps and/,
    );
});

test.run();
