import { test } from "uvu";
import * as assert from "uvu/assert";
import { Execution } from "../../host/evaluate/execution.js";
import { bind, type Graph, tensorAt } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import { elementCount, type Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { packageKernels } from "../../host/kernels/library.js";
import { fitsStorage, isNarrowStorage, type WeightMatrix } from "../../host/numerics/narrow-weights.js";
import { weightMatrix } from "../../host/ops/weight-matrix.js";
import { requireRunnable } from "../../host/pipeline.js";
import { quantizeGraph } from "../../host/quantize/quantize-graph.js";
import {
  calibrateModel,
  outputError,
  quantizeCalibrated,
  quantizeModel,
  type SampleList,
} from "../../host/quantize/quantize-model.js";
import { type QuantizationKind, quantizations, wholeSchemes } from "../../host/quantize/scheme.js";
import { errorOf } from "../error-of.js";
import { FloatGraph, numbers, pseudoRandom } from "./float-graphs.js";

const kernels = [packageKernels()];
const open = (graph: Graph) => Execution.open(graph, kernels);
const same = { top: 1, bottom: 1, left: 1, right: 1 };
const none = { top: 0, bottom: 0, left: 0, right: 0 };
const conv = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };

/** Builds networks with weights as training leaves them: most of them small, channels of different sizes. */
class Network extends FloatGraph {
  private readonly random: () => number;

  constructor(seed: number) {
    super();
    this.random = pseudoRandom(seed);
  }

  weights(...shape: number[]): number {
    const depth = elementCount(shape) / Math.max(shape[0] as number, shape.at(-1) as number);
    const values = numbers(elementCount(shape), this.random);
    return this.constant(
      shape,
      values.map((value) => (2.5 * value * Math.abs(value)) / Math.sqrt(depth)),
    );
  }

  bias(length: number): number {
    return this.constant(
      [length],
      numbers(length, this.random).map((value) => value / 8),
    );
  }

  conv(input: number, outputs: number, size: 1 | 3, activation = "relu"): number {
    const weights = this.weights(outputs, size, size, this.tensors[input]?.shape[3] as number);
    const attributes = { ...conv, padding: size === 3 ? same : none, activation };
    return this.node("conv2d", attributes, input, weights, this.bias(outputs));
  }

  depthwise(input: number): number {
    const channels = this.tensors[input]?.shape[3] as number;
    const attributes = { ...conv, strideHeight: 2, strideWidth: 2, padding: same, activation: "relu6" };
    return this.node(
      "depthwiseConv2d",
      attributes,
      input,
      this.weights(1, 3, 3, channels),
      this.bias(channels),
    );
  }

  dense(input: number, outputs: number): number {
    const weights = this.weights(outputs, this.tensors[input]?.shape.at(-1) as number);
    return this.node(
      "fullyConnected",
      { activation: "none", keepAxes: true },
      input,
      weights,
      this.bias(outputs),
    );
  }

  /** Samples with a gradient over the picture and an outlier here and there, as real ones have. */
  pictures(count: number, seed: number): Float32Array[][] {
    const random = pseudoRandom(seed);
    return this.samples(count, seed).map((inputs) =>
      inputs.map((values) => {
        const slope = random();
        return values.map((value, i) => 0.4 * value + (slope * i) / values.length);
      }),
    );
  }
}

/** Kinds that differ in arithmetic or in how weights are rounded. */
const distinct: readonly QuantizationKind[] = ["int8", "int16", "int4-groups", "table16", "hybrid"];

interface Case {
  float: Graph;
  samples: Float32Array[][];
  held: Float32Array[][];
}

/** A small classifier. */
function classifier(seed: number, count = 24): Case {
  const build = new Network(seed);
  const first = build.conv(build.input([1, 6, 6, 3]), 8, 3);
  const second = build.conv(build.depthwise(first), 8, 1);
  const mean = build.node("mean", { axes: [1, 2], keepDims: false }, build.conv(second, 10, 3));
  const float = build.graph(build.node("softmax", { beta: 1 }, build.dense(mean, 10)));
  return { float, samples: build.pictures(count, seed + 50), held: build.pictures(24, seed + 90) };
}

/** Signal-to-quantization-noise ratio before a final softmax, in dB. */
async function sqnr({ float, held }: Case, quantized: Graph): Promise<number> {
  return -10 * Math.log10((await outputError(float, quantized, held, open)) + 1e-30);
}

/** A model quantized as a whole to some kinds, as it is built. */
async function quantizedAs(
  { float, samples }: { float: Graph; samples: SampleList },
  kinds: readonly QuantizationKind[],
): Promise<Graph[]> {
  const calibrated = await calibrateModel(float, samples, open);
  const graphs: Graph[] = [];
  for (const kind of kinds) {
    const schemes = calibrated.float.nodes.map(() => wholeSchemes[kind]);
    const graph = await quantizeCalibrated(calibrated, open, schemes, requireRunnable);
    validateGraph(graph);
    graphs.push(graph);
  }
  return graphs;
}

/** Constant weights of a graph's nodes, and how they lie. */
function weightsOf(graph: Graph): { weights: Tensor; bias: Tensor | undefined; matrix: WeightMatrix }[] {
  return graph.nodes.flatMap((node) => {
    const matrix = weightMatrix(node.operator, bind(graph, node));
    const [weights, bias] = node.inputs.slice(1).map((index) => graph.tensors[index]);
    return matrix === undefined || weights === undefined ? [] : [{ weights, bias, matrix }];
  });
}

/** Outputs of a graph for a sample, in real values. */
async function outputOf(graph: Graph, sample: readonly Float32Array[]): Promise<Float32Array> {
  const running = await open(graph);
  for (const [i, index] of graph.inputs.entries()) running.writeReals(index, sample[i] as Float32Array);
  running.run();
  return running.reals(graph.outputs[0] as number).slice();
}

test("int8 is nearer to float than plain quantization on samples that were not calibrated with; int16 and float32 are nearer still", async () => {
  const seeds = [1, 2, 4];
  let gained = 0;
  for (const seed of seeds) {
    const own = classifier(seed, 64);
    const [int8, int16, hybrid] = (await quantizedAs(own, ["int8", "int16", "hybrid"])) as [
      Graph,
      Graph,
      Graph,
    ];
    const plain = await sqnr(own, quantizeGraph(own.float, own.samples));
    const [found, wide, mixed] = [await sqnr(own, int8), await sqnr(own, int16), await sqnr(own, hybrid)];
    gained += (found - plain) / seeds.length;
    assert.ok(found > plain, `seed ${seed}: ${found} dB, plainly ${plain} dB`);
    assert.ok(wide > found, `seed ${seed}: int16 ${wide} dB, int8 ${found} dB`);
    assert.ok(mixed > found, `seed ${seed}: hybrid ${mixed} dB, int8 ${found} dB`);
  }
  assert.ok(gained > 1, `${gained} dB on average`);
});

test("a model of every kind runs, with weights of its storage, bias and activations of its arithmetic", async () => {
  const own = classifier(4);
  const graphs = await quantizedAs(own, quantizations);
  const found = new Map<QuantizationKind, number>();
  for (const [i, kind] of quantizations.entries()) {
    const graph = graphs[i] as Graph;
    const { arithmetic, weights: stored } = wholeSchemes[kind];
    assert.is(weightsOf(graph).length, 5, kind);
    for (const { weights, bias, matrix } of weightsOf(graph)) {
      assert.is(weights.dtype, "int8");
      assert.is(weights.stored, stored === "int8" ? undefined : stored, kind);
      if (isNarrowStorage(weights.stored))
        assert.ok(fitsStorage(weights.data as Int8Array, weights.stored, matrix), kind);
      assert.is(bias?.dtype, { int8: "int32", int16: "int64", float32: "float32" }[arithmetic], kind);
    }
    const dtypes = new Set(
      graph.nodes.flatMap(({ outputs }) => outputs.map((index) => tensorAt(graph, index).dtype)),
    );
    assert.equal([...dtypes], [arithmetic], kind);
    found.set(kind, await sqnr(own, graph));
  }
  const at = (kind: QuantizationKind): number => found.get(kind) as number;
  for (const kind of ["int4", "int4-groups", "table16", "table4"] as const)
    assert.ok(at("int8") > at(kind) && at(kind) > (kind === "table4" ? 2 : 10), `${kind}: ${at(kind)} dB`);
  assert.ok(at("table16") > at("table4"));
});

test("the same samples give the same bytes, others other ones, and the float graph stays as it was", async () => {
  const own = classifier(5);
  const before = structuredClone(own.float);
  for (const kind of ["int8", "int4", "table16"] as const) {
    const schemes = own.float.nodes.map(() => wholeSchemes[kind]);
    const first = await quantizeModel(own.float, own.samples, open, schemes);
    const again = classifier(5);
    assert.equal(await quantizeModel(again.float, again.samples, open, schemes), first, kind);
    const other = await quantizeModel(own.float, own.held, open, schemes);
    assert.not.equal(weightsOf(other)[0]?.weights.data, weightsOf(first)[0]?.weights.data, kind);
  }
  assert.equal(own.float, before);
});

test("constant, dead and zero channels, and weights that are all zero, are quantized as every kind", async () => {
  const cases: [string, (data: Float32Array, bias: Float32Array) => void, number][] = [
    ["constant channel", (data, bias) => [data.fill(0, 0, 27), bias.fill(1.5, 0, 1)], 8],
    ["dead channel", (data, bias) => [data.fill(0, 27, 54), bias.fill(0, 1, 2)], 8],
    ["a channel that relu cuts", (_, bias) => bias.fill(-100, 2, 3), 8],
    ["all-zero weights", (data) => data.fill(0), 8],
    ["a channel a million times larger", (data) => data.set(data.subarray(0, 27).map((v) => v * 1e6)), -1],
  ];
  for (const [name, change, least] of cases) {
    const own = classifier(6, 8);
    change(own.float.tensors[1]?.data as Float32Array, own.float.tensors[2]?.data as Float32Array);
    const graphs = await quantizedAs(own, distinct);
    for (const [i, kind] of distinct.entries()) {
      const found = await sqnr(own, graphs[i] as Graph);
      assert.ok(found > least, `${name}, ${kind}: ${found} dB`);
    }
  }
});

test("a model that computes nothing but zeros does so as every kind", async () => {
  const own = classifier(7, 6);
  for (const { data } of own.float.tensors) (data as Float32Array | undefined)?.fill(0);
  const cut = { ...own.float, nodes: own.float.nodes.slice(0, -1) };
  const float = { ...cut, outputs: cut.nodes.at(-1)?.outputs as number[] };
  const silent = own.samples.map(([values]) => [(values as Float32Array).map(() => 0)]);
  for (const samples of [own.samples, silent])
    for (const graph of await quantizedAs({ float, samples }, distinct)) {
      const found = await outputOf(graph, own.held[0] as Float32Array[]);
      assert.ok(
        found.every((value) => value === 0),
        `${found}`,
      );
    }
});

test("inputs that are always zero in calibration: a range of nothing", async () => {
  const own = classifier(8, 5);
  const samples = own.samples.map(([values]) => [(values as Float32Array).map(() => 0)]);
  const graphs = await quantizedAs({ ...own, samples }, distinct);
  for (const [i, graph] of graphs.entries()) {
    const found = await sqnr({ ...own, held: samples }, graph);
    assert.ok(found > 15, `${distinct[i]}: ${found} dB`);
  }
});

test("samples with NaN or infinity are refused with their number, and so are those of which an activation overflows", async () => {
  const own = classifier(9, 4);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const samples = own.samples.map(([values]) => [(values as Float32Array).slice()]);
    samples[2]?.[0]?.fill(bad, 5, 6);
    const error = await errorOf(quantizeModel(own.float, samples, open));
    assert.is(error.code, "calibration-invalid");
    assert.match(error.message, "sample 2");
    assert.match(error.message, `${bad} at element 5`);
  }
  const huge = own.samples.map(([values]) => [(values as Float32Array).slice()]);
  huge[3]?.[0]?.fill(3e38);
  const error = await errorOf(quantizeModel(own.float, huge, open));
  assert.is(error.code, "calibration-invalid");
  assert.match(error.message, "sample 3");
  assert.is((await errorOf(quantizeModel(own.float, [], open))).code, "calibration-missing");
});

test("a single sample is enough, and so are samples that are all the same", async () => {
  const own = classifier(10, 1);
  const [sample] = own.samples as [Float32Array[]];
  for (const samples of [[sample], Array.from({ length: 7 }, () => sample)]) {
    const graphs = await quantizedAs({ ...own, samples }, distinct);
    for (const [i, graph] of graphs.entries()) {
      const found = await sqnr({ ...own, held: [sample] }, graph);
      assert.ok(found > 15, `${distinct[i]}: ${found} dB`);
    }
    assert.ok((await sqnr(own, graphs[0] as Graph)) > 10);
  }
});

test("models of one node", async () => {
  const layer = new Network(11);
  const relu = new FloatGraph();
  const soft = new FloatGraph();
  const cases = [
    { build: layer, output: layer.dense(layer.input([1, 6]), 4) },
    { build: relu, output: relu.node("relu", {}, relu.input([1, 6])) },
    { build: soft, output: soft.node("softmax", { beta: 1 }, soft.input([1, 6])) },
  ];
  for (const { build, output } of cases) {
    const own = { float: build.graph(output), samples: build.samples(60, 1), held: build.samples(5, 2) };
    const graphs = await quantizedAs(own, ["int8", "int16", "int4", "hybrid"]);
    for (const [i, graph] of graphs.entries()) {
      const found = await sqnr(own, graph);
      assert.ok(found > (i === 2 ? 15 : 30), `${build.nodes[0]?.operator}, case ${i}: ${found} dB`);
    }
  }
});

test("weights that two nodes share stay one tensor, the nearest integers, and the model correct", async () => {
  const build = new Network(12);
  const shared = build.weights(6, 6);
  const attributes = { activation: "none", keepAxes: true };
  const first = build.node("fullyConnected", attributes, build.input([1, 6]), shared);
  const float = build.graph(
    build.dense(build.node("tanh", {}, build.node("fullyConnected", attributes, first, shared)), 3),
  );
  const own = { float, samples: build.samples(20, 1), held: build.samples(20, 2) };
  const [graph, hybrid] = (await quantizedAs(own, ["int8", "hybrid"])) as [Graph, Graph];
  for (const each of [graph, hybrid]) {
    const [one, other] = each.nodes.filter(({ operator }) => operator === "fullyConnected");
    assert.is(tensorAt(each, one?.inputs[1] as number).data, tensorAt(each, other?.inputs[1] as number).data);
    assert.ok((await sqnr(own, each)) > 25);
  }
});

test("a graph with variables keeps its state in step with the float model's", async () => {
  const build = new Network(13);
  const layer = build.dense(build.input([1, 5]), 6);
  const svdf: Node = {
    name: "svdf",
    operator: "svdf",
    attributes: { rank: 2, activation: "relu" },
    inputs: [layer, build.weights(8, 6), build.weights(8, 5), build.bias(4)],
    outputs: [build.tensors.push({ name: "svdf", dtype: "float32", shape: [1, 4] }) - 1],
    variables: [0],
  };
  build.nodes.push(svdf);
  const last = build.dense(svdf.outputs[0] as number, 3);
  const variables: Tensor[] = [{ name: "state", dtype: "float32", shape: [1, 40] }];
  const float = { ...build.graph(last), variables };
  const own = { float, samples: build.samples(40, 1), held: build.samples(40, 2) };
  const graphs = await quantizedAs(own, distinct);
  for (const [i, graph] of graphs.entries()) {
    const found = await sqnr(own, graph);
    const kind = distinct[i];
    assert.ok(found > (kind === "int4-groups" ? 10 : 15), `${kind}: ${found} dB`);
  }
});

test("a node without kernels of int16 is of int8, between conversions; the others stay", async () => {
  const build = new Network(14);
  const first = build.dense(build.input([1, 8]), 8);
  const middle = build.node("l2Normalization", { activation: "none" }, first);
  const float = build.graph(build.dense(middle, 4));
  const own = { float, samples: build.samples(20, 1), held: build.samples(20, 2) };
  const [graph] = (await quantizedAs(own, ["int16"])) as [Graph];
  assert.equal(
    graph.nodes.map(({ operator, outputs }) => `${operator} ${tensorAt(graph, outputs[0] as number).dtype}`),
    [
      "fullyConnected int16",
      "quantize int8",
      "l2Normalization int8",
      "quantize int16",
      "fullyConnected int16",
    ],
  );
  const found = await sqnr(own, graph);
  assert.ok(found > 20, `${found} dB`);
});

test.run();
