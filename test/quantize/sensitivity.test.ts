import { test } from "uvu";
import * as assert from "uvu/assert";
import { Execution } from "../../host/evaluate/execution.js";
import { bind, type Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { packageKernels } from "../../host/kernels/library.js";
import { realValues } from "../../host/numerics/real-values.js";
import { weightMatrix } from "../../host/ops/weight-matrix.js";
import { parametersOf, throughCodes } from "../../host/quantize/affine-parameters.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { activationSensitivities, weightSensitivities } from "../../host/quantize/sensitivity.js";
import { quantizeWeights } from "../../host/quantize/weights/quantize-weights.js";
import { FloatGraph, numbers, pseudoRandom } from "./float-graphs.js";

const open = (graph: Graph) => Execution.open(graph, [packageKernels()]);
const kinds = ["int8", "int4", "int4-groups", "table16", "table4"] as const;
const dense = { activation: "none", keepAxes: true };

/** Two fully connected layers before a softmax. */
function network(first: ArrayLike<number>, second: ArrayLike<number>): FloatGraph {
  const build = new FloatGraph();
  const hidden = build.node("fullyConnected", dense, build.input([1, 8]), build.constant([12, 8], first));
  const curved = build.node("relu", {}, hidden);
  const output = build.node("fullyConnected", dense, curved, build.constant([5, 12], second));
  build.node("softmax", { beta: 1 }, output);
  return build;
}

const outputOf = (build: FloatGraph): number => build.nodes.at(-1)?.outputs[0] as number;

test("weights that are exact in a kind cost nothing in it, and others something", async () => {
  // Every output has its largest weight at the limit of int8 and of tables, or at 7 steps, which int4 holds.
  const quarters = Float32Array.from({ length: 96 }, (_, i) => [127, -64, 0, 32][i % 4] as number);
  const sevenths = Float32Array.from({ length: 60 }, (_, i) => (i % 12 === 0 ? 7 : ((i * 5) % 15) - 7));
  const build = network(quarters, sevenths);
  const found = await weightSensitivities(build.graph(outputOf(build)), build.samples(6, 1), open, kinds);
  assert.equal(
    found.map(({ node }) => node),
    [0, 2],
  );
  const [first, second] = found.map(({ errors }) => errors);
  for (const kind of ["int8", "table16", "table4"] as const) assert.is(first?.get(kind), 0, kind);
  assert.ok((first?.get("int4") as number) > 0);
  assert.is(second?.get("int4"), 0);
  for (const kind of ["int8", "table4"] as const) assert.ok((second?.get(kind) as number) > 0, kind);
});

test("fewer bits cost more, and every kind what it costs in a graph with those weights, before the softmax", async () => {
  for (const seed of [1, 2, 3]) {
    const random = pseudoRandom(seed);
    const build = network(numbers(96, random), numbers(60, random));
    const graph = build.graph(outputOf(build));
    const samples = build.samples(6, seed);
    const found = await weightSensitivities(graph, samples, open, kinds);
    for (const { node: at, errors } of found) {
      const cost = (kind: (typeof kinds)[number]): number => errors.get(kind) as number;
      assert.ok(cost("int8") > 0);
      for (const kind of ["int4", "int4-groups", "table16"] as const) {
        assert.ok(cost("int8") < 0.1 * cost(kind), `${kind}: ${cost(kind)}, int8 ${cost("int8")}`);
        assert.ok(cost(kind) < cost("table4"), `${kind}: ${cost(kind)}, table4 ${cost("table4")}`);
      }
      const node = graph.nodes[at] as (typeof graph.nodes)[number];
      const index = node.inputs[1] as number;
      const matrix = weightMatrix(node.operator, bind(graph, node));
      const given = graph.tensors[index] as Tensor;
      for (const kind of kinds) {
        const float = { scale: 1, bias: "float32" } as const;
        const rounded = quantizeWeights(given, 0, undefined, float, kind, matrix).weights;
        const data = realValues(rounded) as Float32Array;
        const tensors = graph.tensors.with(index, { ...given, data });
        let [noise, signal] = [0, 0];
        for (const sample of samples) {
          const end = (of: Graph): Float32Array => runFloat(of, sample)[outputOf(build) - 1] as Float32Array;
          const [wanted, gotten] = [end(graph), end({ ...graph, tensors })];
          for (const [k, value] of wanted.entries()) {
            noise += (value - (gotten[k] as number)) ** 2;
            signal += value ** 2;
          }
        }
        assert.ok(Math.abs(cost(kind) / (noise / signal) - 1) < 1e-3, `node ${at}, ${kind}`);
      }
    }
  }
});

test("the same samples give the same errors, and a graph without weights none", async () => {
  const random = pseudoRandom(7);
  const build = network(numbers(96, random), numbers(60, random));
  const graph = build.graph(outputOf(build));
  const measure = () => weightSensitivities(graph, build.samples(40, 1), open, kinds);
  assert.equal(await measure(), await measure());
  const bare = new FloatGraph();
  bare.node("relu", {}, bare.input([1, 4]));
  assert.equal(await weightSensitivities(bare.graph(1), bare.samples(3, 1), open, kinds), []);
});

test("what int8 activations of a node cost is what a graph with that tensor through int8 shows", async () => {
  const random = pseudoRandom(3);
  const build = network(numbers(96, random), numbers(60, random));
  const graph = build.graph(outputOf(build));
  const samples = build.samples(6, 3);
  const ranges = graph.tensors.map(() => ({ min: -3, max: 3 }));
  const found = await activationSensitivities(graph, ranges, samples, open);
  assert.is(found.length, 4);
  const parameters = parametersOf({ min: -3, max: 3 }, "int8");
  const end = outputOf(build) - 1;
  for (const [at, { outputs }] of graph.nodes.slice(0, 3).entries()) {
    let [noise, signal] = [0, 0];
    for (const sample of samples) {
      const values = runFloat(graph, sample);
      const wanted = values[end] as Float32Array;
      const cut = outputs[0] as number;
      const through = throughCodes(values[cut] as Float32Array, parameters, "int8");
      const rest = { ...graph, inputs: [cut], nodes: graph.nodes.slice(at + 1) };
      const gotten = cut === end ? through : (runFloat(rest, [through])[end] as Float32Array);
      for (const [k, value] of wanted.entries()) {
        noise += (value - (gotten[k] as number)) ** 2;
        signal += value ** 2;
      }
    }
    assert.ok(Math.abs((found[at] as number) / (noise / signal) - 1) < 1e-3, `node ${at}`);
  }
  assert.is(found[3], 0);
});

test.run();
