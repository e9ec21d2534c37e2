import { test } from "uvu";
import * as assert from "uvu/assert";
import { Execution } from "../../host/evaluate/execution.js";
import { type Graph, tensorAt } from "../../host/graph/graph.js";
import { perTensor, type Tensor } from "../../host/graph/tensor.js";
import { packageKernels } from "../../host/kernels/library.js";
import { operatorNamed } from "../../host/ops/index.js";
import { logisticGate, tanhGate } from "../../host/ops/recurrent/gate-activation.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { buildModel } from "../../host/pipeline.js";
import { constantValues, initialState, runFloat } from "../../host/quantize/float-executor.js";
import { quantizeByRanges, quantizeGraph } from "../../host/quantize/quantize-graph.js";
import { quantizeModel } from "../../host/quantize/quantize-model.js";
import { openRunner } from "../../host/run/index.js";
import { FloatGraph, numbers, pseudoRandom } from "./float-graphs.js";

type Kind = "lstmLayer" | "gruLayer" | "rnnLayer";

const kinds: readonly Kind[] = ["lstmLayer", "gruLayer", "rnnLayer"];
const functions = {
  lstmLayer: [logisticGate, tanhGate, tanhGate],
  gruLayer: [logisticGate, tanhGate],
  rnnLayer: [tanhGate],
};
const gatesOf = { lstmLayer: 4, gruLayer: 3, rnnLayer: 1 };
const attributesOf = (kind: Kind) => ({
  ...{ timeMajor: false, backwards: false, sequence: true, masked: "zero", clip: 0 },
  ...{ coupled: false, resetAfter: true, activations: functions[kind] },
});

/** Builds float graphs whose nodes may have several outputs and variables. */
class RecurrentGraph extends FloatGraph {
  readonly variables: Tensor[] = [];
  private readonly random = pseudoRandom(5);

  weights(shape: [number, number]): number {
    const most = 1.5 / Math.sqrt(shape[1]);
    return this.constant(
      shape,
      numbers(shape[0] * shape[1], this.random).map((value) => value * most),
    );
  }

  biases(length: number): number {
    return this.constant(
      [length],
      numbers(length, this.random).map((value) => value / 4),
    );
  }

  variable(...shape: number[]): number {
    const name = `variable${this.variables.length}`;
    return this.variables.push({ name, dtype: "float32", shape }) - 1;
  }

  /** A node with all of its outputs, which it answers. */
  outputs(operator: string, attributes: object, inputs: number[], variables?: number[]): number[] {
    const bound = inputs.map((index) => this.tensors[index]);
    const own = variables?.map((variable) => this.variables[variable] as Tensor);
    const name = `${operator}${this.nodes.length}`;
    const outputs =
      operator === "readVariable" ? [{ name, dtype: "float32" as const, shape: own?.[0]?.shape ?? [] }] : [];
    const node = { name, attributes, inputs: bound, outputs, ...(own && { variables: own }) };
    const types = operatorNamed(operator).infer(node);
    const made = types.map((type, i) => this.tensors.push({ ...type, name: `${name}/${i}` }) - 1);
    this.nodes.push({ name, operator, attributes, inputs, outputs: made, ...(variables && { variables }) });
    return made;
  }

  /** A layer of given input, and initial state where there is one. */
  layer(kind: Kind, input: number, units: number, attributes: object = {}, initial: number[] = []): number[] {
    const rows = gatesOf[kind] * units;
    const depth = this.tensors[input]?.shape[2] as number;
    const inputs = [input, this.weights([rows, depth]), this.weights([rows, units]), this.biases(rows), -1];
    inputs.push(initial[0] ?? -1, -1, initial[1] ?? -1);
    return this.outputs(kind, { ...attributesOf(kind), ...attributes }, inputs);
  }

  override graph(...outputs: number[]): Graph {
    return { ...super.graph(...outputs), ...(this.variables.length > 0 && { variables: this.variables }) };
  }
}

const dtypesOf = ({ tensors, variables = [] }: Graph) => ({
  float: tensors.filter(({ dtype, data }) => dtype === "float32" && data === undefined).length,
  variables: variables.map(({ dtype }) => dtype),
});
const operatorsOf = ({ nodes }: Graph): string[] => nodes.map(({ operator }) => operator);

/** What a model's first output is for inputs one after another, in real values: by the float graph, and as it is built. */
async function outputsOf(float: Graph, quantized: Graph, samples: readonly Float32Array[][]) {
  const { wasm } = await buildModel(quantized);
  const module = openModule(wasm);
  const runner = await openRunner("node", wasm, module, { tier: "portable" });
  const [constants, state] = [constantValues(float), initialState(float)];
  const [expected, found]: [number[], number[]] = [[], []];
  for (const sample of samples) {
    expected.push(...(runFloat(float, sample, constants, state)[float.outputs[0] as number] as Float32Array));
    for (const [i, values] of sample.entries()) {
      const { scale, zeroPoint } = perTensor(tensorAt(quantized, quantized.inputs[i] as number)) as {
        scale: number;
        zeroPoint: number;
      };
      const codes = Int8Array.from(values, (value) =>
        Math.min(127, Math.max(-128, Math.round(value / scale) + zeroPoint)),
      );
      runner.writeInput(i, new Uint8Array(codes.buffer));
    }
    runner.run();
    const output = perTensor(tensorAt(quantized, quantized.outputs[0] as number));
    for (const byte of runner.readOutput(0))
      found.push((output?.scale ?? 0) * (((byte << 24) >> 24) - (output?.zeroPoint ?? 0)));
  }
  runner.close();
  return { expected, found };
}

/** Signal-to-quantization-noise ratio in dB. */
async function sqnr(float: Graph, quantized: Graph, samples: readonly Float32Array[][]): Promise<number> {
  const { expected, found } = await outputsOf(float, quantized, samples);
  const noise = expected.reduce((sum, value, i) => sum + (value - (found[i] as number)) ** 2, 0);
  return 10 * Math.log10(expected.reduce((sum, value) => sum + value ** 2, 0) / noise);
}

for (const kind of kinds) {
  test(`${kind}: sequence, last state and either direction in integers`, async () => {
    for (const [i, attributes] of [
      {},
      { sequence: false },
      { backwards: true, timeMajor: true, resetAfter: false },
    ].entries()) {
      const build = new RecurrentGraph();
      const float = build.graph(build.layer(kind, build.input([2, 12, 6]), 9, attributes)[0] as number);
      const quantized = runPasses(quantizeGraph(float, build.samples(12, 1)));
      assert.equal(operatorsOf(quantized), [kind]);
      assert.is(dtypesOf(quantized).float, 0);
      const found = await sqnr(float, quantized, build.samples(6, 77));
      assert.ok(found > 33, `case ${i}: ${found} dB`);
    }
  });
}

test("a state is calibrated over all times where only the last one is read", () => {
  const build = new RecurrentGraph();
  const x = build.input([1, 12, 4]);
  const [last] = build.layer("rnnLayer", x, 5, { sequence: false }) as [number];
  const float = build.graph(last);
  const samples = build.samples(4, 2).map(([values]) => [(values as Float32Array).fill(0, 44)]);
  const sequence: Graph = {
    ...float,
    nodes: float.nodes.map((node) => ({ ...node, attributes: { ...node.attributes, sequence: true } })),
  };
  const all = operatorNamed("rnnLayer").reference(
    {
      ...(sequence.nodes[0] as Graph["nodes"][number]),
      inputs: float.nodes[0]?.inputs.map((i) => float.tensors[i]),
    } as never,
    float.nodes[0]?.inputs.map((i) => (i === x ? samples[0]?.[0] : float.tensors[i]?.data)) as never,
  )[0] as Float32Array;
  const quantized = quantizeGraph(float, samples);
  const { scale } = perTensor(tensorAt(quantized, quantized.outputs[0] as number)) as { scale: number };
  assert.ok(255 * scale >= Math.max(...all) - Math.min(...all));
});

test("state in variables: as many bits as the layer keeps, step by step", async () => {
  for (const kind of kinds) {
    const build = new RecurrentGraph();
    const units = 7;
    const x = build.input([1, 1, 5]);
    const variables = [build.variable(1, units), ...(kind === "lstmLayer" ? [build.variable(1, units)] : [])];
    const initial = variables.flatMap((variable) => build.outputs("readVariable", {}, [], [variable]));
    const [sequence, ...states] = build.layer(kind, x, units, {}, initial) as [number, ...number[]];
    for (const [i, variable] of variables.entries())
      build.outputs("assignVariable", {}, [states[i] as number], [variable]);
    const float = build.graph(sequence);
    const quantized = runPasses(quantizeGraph(float, build.samples(40, 4)));
    const expected = { lstmLayer: ["int8", "int16"], gruLayer: ["int16"], rnnLayer: ["int8"] }[kind];
    assert.equal(dtypesOf(quantized), { float: 0, variables: expected }, kind);
    assert.not.ok(operatorsOf(quantized).includes("quantize"), kind);
    const found = await sqnr(float, quantized, build.samples(40, 78));
    assert.ok(found > 30, `${kind}: ${found} dB`);
  }
});

test("a state from elsewhere: fixed by what computes it, passed from layer to layer, constant", async () => {
  const build = new RecurrentGraph();
  const x = build.input([1, 8, 5]);
  const start = build.node("logistic", {}, build.input([1, 6]));
  const [, hidden, cell] = build.layer("lstmLayer", x, 6, {}, [start]) as [number, number, number];
  const first = build.constant([1, 6], [0.5, -0.5, 0.2, -0.9, 0.7, 0]);
  const [gated] = build.layer("gruLayer", x, 6, {}, [first]) as [number];
  const [output] = build.layer("lstmLayer", gated, 6, {}, [hidden, cell]) as [number];
  const float = build.graph(output);
  const quantized = runPasses(quantizeGraph(float, build.samples(16, 6)));
  assert.is(dtypesOf(quantized).float, 0);
  const found = await sqnr(float, quantized, build.samples(8, 79));
  assert.ok(found > 28, `${found} dB`);
});

test("TensorFlow Lite's LSTM of float32, whose state is its own, becomes one of integers", async () => {
  for (const activation of ["tanh", "logistic"]) {
    const build = new RecurrentGraph();
    const [units, inputs] = [6, 4];
    const gates = [0, 1, 2, 3];
    const tensors = [
      build.input([2, 3, inputs]),
      ...gates.map(() => build.weights([units, inputs])),
      ...gates.map(() => build.weights([units, units])),
      ...gates.map(() => build.biases(units)),
    ];
    const state = [build.variable(2, units), build.variable(2, units)];
    const attributes = { timeMajor: false, cellClip: 0, activation };
    const float = build.graph(build.outputs("lstm", attributes, tensors, state)[0] as number);
    const quantized = runPasses(quantizeGraph(float, build.samples(40, 8)));
    assert.equal(dtypesOf(quantized), { float: 0, variables: ["int8", "int16"] });
    const found = await sqnr(float, quantized, build.samples(30, 80));
    assert.ok(found > 30, `${activation}: ${found} dB`);
  }
});

test("filters over time of float32 become integers, with their values", async () => {
  const build = new RecurrentGraph();
  const tensors = [build.input([1, 9]), build.weights([8, 9]), build.weights([8, 5]), build.biases(4)];
  const state = [build.variable(1, 40)];
  const float = build.graph(
    build.outputs("svdf", { rank: 2, activation: "relu" }, tensors, state)[0] as number,
  );
  const quantized = runPasses(quantizeGraph(float, build.samples(40, 8)));
  assert.equal(dtypesOf(quantized), { float: 0, variables: ["int8"] });
  const found = await sqnr(float, quantized, build.samples(30, 80));
  assert.ok(found > 27, `${found} dB`);
});

test("the last inputs, and what is set and read, are kept as the integers that they are, from zeros on", async () => {
  const build = new RecurrentGraph();
  const x = build.node("relu", {}, build.input([1, 3]));
  const [register, sum] = [build.variable(1, 4, 3), build.variable(1, 3)];
  const [last] = build.outputs("shiftRegister", {}, [x], [register]) as [number];
  const [before] = build.outputs("readVariable", {}, [], [sum]) as [number];
  const mean = build.node("mean", { axes: [1], keepAxes: false }, last);
  const next = build.node("add", { activation: "none" }, before, mean);
  const half = build.node("mul", { activation: "none" }, next, build.constant([1], [0.5]));
  build.outputs("assignVariable", {}, [half], [sum]);
  const float = build.graph(next);
  const quantized = runPasses(quantizeGraph(float, build.samples(40, 3)));
  assert.equal(dtypesOf(quantized), { float: 0, variables: ["int8", "int8"] });
  const [first] = (await outputsOf(float, quantized, [[new Float32Array(3)]])).found;
  assert.is(first, 0);
  const found = await sqnr(float, quantized, build.samples(30, 82));
  assert.ok(found > 30, `${found} dB`);
});

test("layers that are to compute in float32 have weights of the bits that are asked for, and their state in float32", () => {
  const build = new RecurrentGraph();
  const state = build.variable(1, 6);
  const [initial] = build.outputs("readVariable", {}, [], [state]) as [number];
  const [sequence, last] = build.layer("gruLayer", build.input([1, 2, 4]), 6, {}, [initial]) as [
    number,
    number,
  ];
  build.outputs("assignVariable", {}, [last], [state]);
  const float = build.graph(sequence);
  const ranges = [...float.tensors, ...(float.variables ?? [])].map(() => ({ min: -1, max: 1 }));
  for (const weights of ["float32", "int8", "int4"] as const) {
    const scheme = { arithmetic: "float32", weights } as const;
    const { graph } = quantizeByRanges(float, { int8: ranges, int16: ranges }, [
      undefined,
      scheme,
      undefined,
    ]);
    const layer = graph.nodes.find(({ operator }) => operator === "gruLayer");
    const types = layer?.inputs.slice(1, 3).map((index) => tensorAt(graph, index)) as Tensor[];
    for (const { dtype, stored } of types) {
      assert.is(dtype, weights === "float32" ? "float32" : "int8");
      assert.is(stored, weights === "int4" ? "int4" : undefined);
    }
    assert.equal(dtypesOf(graph).variables, ["float32"]);
  }
});

test("observed ranges include what is kept between times, and a layer of zeros is quantized", async () => {
  const build = new RecurrentGraph();
  const x = build.input([1, 6, 4]);
  const [last] = build.layer("gruLayer", x, 5, { sequence: false }) as [number];
  const zeros = build.tensors.map(({ data, ...tensor }) =>
    data === undefined ? tensor : { ...tensor, data: new Float32Array(data.length) },
  );
  const float = build.graph(last);
  const open = (graph: Graph) => Execution.open(graph, [packageKernels()]);
  const samples = build.samples(20, 9);
  const quantized = await quantizeModel(float, samples, open);
  assert.ok((await sqnr(float, quantized, build.samples(20, 81))) > 28);
  const dead = await quantizeModel({ ...float, tensors: zeros }, samples, open);
  const { found } = await outputsOf(float, dead, samples.slice(0, 1));
  assert.ok(found.every((value) => value === 0));
});

test.run();
