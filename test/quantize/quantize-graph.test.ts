import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, WasmoteError } from "../../host/errors.js";
import { type Graph, tensorAt } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import { elementCount, perTensor, type Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { checkOperators } from "../../host/ops/check.js";
import { logisticGate, tanhGate } from "../../host/ops/recurrent/gate-activation.js";
import { runPasses } from "../../host/passes/index.js";
import { withoutFloatEnds } from "../../host/quantize/float-ends.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { canBeQuantized, quantizeGraph } from "../../host/quantize/quantize-graph.js";
import { FloatGraph, numbers, pseudoRandom } from "./float-graphs.js";

const plain = { activation: "none", keepAxes: true };

function refused(action: () => unknown, code: ErrorCode, ...parts: string[]): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    assert.is(error.code, code, error.message);
    for (const part of parts) assert.match(error.message, part);
    return;
  }
  throw new Error(`nothing was thrown; ${code} is expected`);
}

/** A fully connected layer of 3 inputs and 4 outputs: a channel of zeros, one tiny, one with a huge bias. */
function dense(): FloatGraph {
  const build = new FloatGraph();
  const input = build.input([1, 3]);
  const weights = build.constant([4, 3], [0.5, -1, 0.25, 0, 0, 0, 1e-3, 2e-3, -1e-3, 1e-6, 0, 0]);
  const bias = build.constant([4], [0.1, -0.2, 0.001, 3000]);
  build.node("fullyConnected", plain, input, weights, bias);
  return build;
}

function named(graph: Graph, name: string): Tensor {
  const tensor = graph.tensors.find((candidate) => candidate.name === name);
  if (tensor === undefined) throw new Error(`no tensor is named ${name}`);
  return tensor;
}

function parameters(tensor: Tensor): { scale: number; zeroPoint: number } {
  const found = perTensor(tensor);
  if (found === undefined) throw new Error(`${tensor.name} is not quantized`);
  return found;
}

test("activations: 0 is exact, the range is covered, scales are float32", () => {
  for (const [low, high] of [
    [-1, 1],
    [0.5, 3],
    [-7, -2],
    [-0.001, 250],
    [0, 0],
  ] as const) {
    const build = new FloatGraph();
    build.node("relu", {}, build.input([1, 2]));
    const graph = quantizeGraph(build.graph(1), [[Float32Array.of(low, high)]]);
    const input = tensorAt(graph, 0);
    assert.is(input.dtype, "int8");
    const { scale, zeroPoint } = parameters(input);
    assert.is(scale, Math.fround(scale));
    assert.ok(Number.isInteger(zeroPoint) && zeroPoint >= -128 && zeroPoint <= 127);
    assert.ok(scale * (-128 - zeroPoint) <= Math.min(low, 0) + scale / 2);
    assert.ok(scale * (127 - zeroPoint) >= Math.max(high, 0) - scale / 2);
  }
});

test("operators without an int8 form stay in float32, between conversions, those that follow each other without", () => {
  const build = new FloatGraph();
  const input = build.input([1, 4]);
  const three = build.constant([1], [3]);
  const cube = build.node("pow", { activation: "none" }, build.node("relu", {}, input), three);
  build.node("relu6", {}, build.node("floorMod", { activation: "none" }, cube, three));
  const samples = build.samples(20, 5);
  const float = build.graph(5);
  const graph = runPasses(quantizeGraph(float, samples));
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["relu", "dequantize", "pow", "floorMod", "quantize", "relu6"],
  );
  const dtypes = graph.nodes.map(({ outputs }) => tensorAt(graph, outputs[0] as number).dtype);
  assert.equal(dtypes, ["int8", "float32", "float32", "float32", "int8", "int8"]);
  const exponent = graph.nodes[2]?.inputs[1] as number;
  assert.equal([...(tensorAt(graph, exponent).data ?? [])], [3]);
});

test("a recurrent layer without a form of integers stays in float32 between them, with weights of int8, and what nothing reads of it is not converted", () => {
  const build = new FloatGraph();
  const random = pseudoRandom(9);
  const constant = (...shape: number[]): number =>
    build.constant(shape, numbers(elementCount(shape), random));
  const dense = (input: number, outputs: number, inputs: number): number =>
    build.node("fullyConnected", plain, input, constant(outputs, inputs));
  const first = dense(build.input([1, 5, 3]), 4, 3);
  const attributes = {
    ...{ timeMajor: false, backwards: false, sequence: false, masked: "zero", clip: 0, coupled: true },
    activations: [logisticGate, tanhGate, tanhGate],
  };
  const hidden = build.node("lstmLayer", attributes, first, constant(24, 4), constant(24, 6));
  const cell = build.tensors.push({ name: "cell", dtype: "float32", shape: [1, 6] }) - 1;
  (build.nodes.at(-1) as Node).outputs = [hidden, cell];
  const float = build.graph(dense(hidden, 2, 6));
  const samples = build.samples(30, 5);
  const graph = runPasses(quantizeGraph(float, samples));
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["fullyConnected", "dequantize", "lstmLayer", "quantize", "fullyConnected"],
  );
  for (const index of graph.nodes[2]?.inputs.slice(1) ?? []) assert.is(tensorAt(graph, index).dtype, "int8");
  const output = (of: Graph, sample: Float32Array[]): number[] =>
    Array.from(runFloat(of, sample)[of.outputs[0] as number] as Float32Array);
  for (const sample of samples) {
    const expected = output(float, sample);
    for (const [i, value] of output(graph, sample).entries())
      assert.ok(Math.abs(value - (expected[i] as number)) < 0.05, `${value}, ${expected[i]}`);
  }
});

test("weights: symmetric, every channel's largest at 127, within half a step, constants replaced", () => {
  const build = dense();
  const graph = quantizeGraph(build.graph(3), build.samples(10, 1));
  const weights = tensorAt(graph, graph.nodes[0]?.inputs[1] as number);
  const real = build.tensors[1]?.data as Float32Array;
  const codes = weights.data as Int8Array;
  const scales = weights.quantization?.scale as number[];
  assert.is(weights.dtype, "int8");
  assert.is(weights.quantization?.axis, 0);
  assert.equal(weights.quantization?.zeroPoint, [0, 0, 0, 0]);
  for (const n of [0, 2]) {
    assert.is(Math.max(...Array.from(codes.slice(n * 3, n * 3 + 3), Math.abs)), 127);
  }
  for (let i = 0; i < 9; i++) {
    const scale = scales[Math.floor(i / 3)] as number;
    assert.ok(Math.abs(scale * (codes[i] as number) - (real[i] as number)) <= (scale / 2) * (1 + 1e-6));
  }
  assert.equal(Array.from(codes.slice(3, 6)), [0, 0, 0]);
  assert.is(graph.tensors.length, 4);
  assert.is(graph.tensors.filter(({ dtype }) => dtype === "float32").length, 0);
});

test("bias: int32 at input scale times weight scale, also where the weight scale had to be enlarged for it", () => {
  const build = dense();
  const graph = quantizeGraph(build.graph(3), build.samples(10, 1));
  const bias = tensorAt(graph, graph.nodes[0]?.inputs[2] as number);
  const weights = tensorAt(graph, graph.nodes[0]?.inputs[1] as number);
  const { scale: inputScale } = parameters(tensorAt(graph, 0));
  assert.is(bias.dtype, "int32");
  [0.1, -0.2, 0.001, 3000].forEach((real, n) => {
    const scale = inputScale * (weights.quantization?.scale[n] as number);
    const code = Number(bias.data?.[n]);
    assert.ok(Math.abs(code) <= 2 ** 30, `bias ${n} is ${code}`);
    assert.ok(
      Math.abs(code * scale - real) <= scale / 2 + Math.abs(real) * 1e-7,
      `bias ${n}: ${code * scale}`,
    );
  });
  assert.ok((weights.quantization?.scale[3] as number) > 1e-6 / 127);
});

test("channels of a depthwise convolution lie along the last axis", () => {
  const build = new FloatGraph();
  const input = build.input([1, 3, 3, 2]);
  const weights = build.constant([1, 2, 2, 2], [1, 100, 0.5, 50, -0.25, 25, 0.1, -10]);
  const attributes = {
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    activation: "relu",
  };
  const output = build.node("depthwiseConv2d", attributes, input, weights);
  const graph = quantizeGraph(build.graph(output), build.samples(4, 2));
  const quantized = tensorAt(graph, graph.nodes[0]?.inputs[1] as number);
  assert.equal(Array.from(quantized.data as Int8Array), [127, 127, 64, 64, -32, 32, 13, -13]);
  assert.is(quantized.quantization?.axis, 3);
  assert.is(quantized.quantization?.scale.length, 2);
});

test("tied tensors share parameters: reshape, pool, padding, and all inputs of a concatenation", () => {
  const build = new FloatGraph();
  const a = build.input([1, 2, 2, 1]);
  const b = build.input([1, 4]);
  const window = { filterHeight: 1, filterWidth: 1, strideHeight: 1, strideWidth: 1 };
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const pooled = build.node("maxPool2d", { ...window, padding, activation: "none" }, a);
  const flat = build.node("reshape", { shape: [1, 4] }, pooled);
  const fixed = build.constant([1, 2], [9, -1]);
  const joined = build.node("concatenation", { axis: 1 }, flat, b, fixed);
  const samples = [[Float32Array.of(1, 2, 3, 4), Float32Array.of(-5, 0, 1, 2)]];
  const graph = quantizeGraph(build.graph(joined), samples);
  assert.equal(graph.tensors.length, 6);
  const all = graph.tensors.map(parameters);
  for (const found of all) assert.equal(found, all[0]);
  assert.is(all[0]?.scale, Math.fround(14 / 255));
  assert.is(graph.tensors.find(({ data }) => data !== undefined)?.dtype, "int8");
});

test("a tensor of fixed parameters is rescaled before it joins others", () => {
  const build = new FloatGraph();
  const a = build.input([1, 2]);
  const soft = build.node("softmax", { beta: 1 }, a);
  const gate = build.node("logistic", {}, a);
  const joined = build.node("concatenation", { axis: 1 }, soft, a);
  const alike = build.node("concatenation", { axis: 1 }, soft, gate);
  const graph = quantizeGraph(build.graph(joined, alike), build.samples(5, 3, 8));
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["softmax", "logistic", "quantize", "concatenation", "concatenation"],
  );
  const outputs = graph.outputs.map((index) => parameters(tensorAt(graph, index)));
  assert.equal(outputs[0], parameters(tensorAt(graph, graph.inputs[0] as number)));
  assert.equal(outputs[1], { scale: 1 / 256, zeroPoint: -128 });
});

test("constant operands of sums become int8; shared weights are kept once where their scales agree", () => {
  const build = new FloatGraph();
  const a = build.input([1, 3]);
  const weights = build.constant([3, 3], numbers(9, pseudoRandom(5)));
  const first = build.node("fullyConnected", plain, a, weights);
  const second = build.node("fullyConnected", plain, first, weights);
  const offset = build.constant([3], [1, 2, -3]);
  const sum = build.node("add", { activation: "none" }, second, offset);
  const graph = quantizeGraph(build.graph(sum), build.samples(5, 4));
  const operand = graph.tensors.find(({ name }) => name === "constant4") as Tensor;
  const { scale, zeroPoint } = parameters(operand);
  assert.is(operand.dtype, "int8");
  [1, 2, -3].forEach((real, i) => {
    assert.ok(Math.abs(scale * (Number(operand.data?.[i]) - zeroPoint) - real) <= scale / 2 + 1e-6);
  });
  assert.is(graph.nodes[0]?.inputs[1], graph.nodes[1]?.inputs[1]);
});

test("the result is valid, leaves its argument alone, and is the same every time", () => {
  const build = dense();
  const graph = build.graph(3);
  const before = JSON.stringify(graph);
  const first = quantizeGraph(graph, build.samples(10, 1));
  validateGraph(first);
  checkOperators(first);
  assert.is(JSON.stringify(graph), before);
  assert.equal(quantizeGraph(graph, build.samples(10, 1)), first);
  assert.is.not(JSON.stringify(quantizeGraph(graph, build.samples(10, 2))), JSON.stringify(first));
});

test("graphs of float32 alone can be quantized", () => {
  const build = dense();
  const graph = build.graph(3);
  assert.ok(canBeQuantized(graph));
  const integer = quantizeGraph(graph, build.samples(3, 1));
  assert.not.ok(canBeQuantized(integer));
  assert.is(withoutFloatEnds(integer), integer);
  const state: Tensor = { name: "state", dtype: "int8", shape: [1] };
  assert.not.ok(canBeQuantized({ ...graph, variables: [state] }));
});

test("quantize at the inputs and dequantize at the outputs of an integer graph are taken off", () => {
  const build = dense();
  const integer = quantizeGraph(build.graph(3), build.samples(3, 1));
  const tensors: Tensor[] = [...integer.tensors];
  const entry = tensors.push({ name: "entry", dtype: "float32", shape: [1, 3] }) - 1;
  const exit = tensors.push({ name: "exit", dtype: "float32", shape: [1, 4] }) - 1;
  const plainNode = { attributes: {} };
  const nodes = [
    { ...plainNode, name: "enter", operator: "quantize", inputs: [entry], outputs: integer.inputs },
    ...integer.nodes,
    { ...plainNode, name: "leave", operator: "dequantize", inputs: integer.outputs, outputs: [exit] },
  ];
  const wrapped = { name: integer.name, tensors, nodes, inputs: [entry], outputs: [exit] };
  validateGraph(wrapped);
  assert.equal(withoutFloatEnds(wrapped), integer);
  assert.not.ok(canBeQuantized(wrapped));
  const read = { ...plainNode, name: "also", operator: "relu", inputs: [entry], outputs: [tensors.length] };
  tensors.push({ name: "also", dtype: "float32", shape: [1, 3] });
  const twice = { ...wrapped, nodes: [...nodes, read], outputs: [exit, tensors.length - 1] };
  assert.equal(withoutFloatEnds(twice).inputs, [entry]);
});

test("bad calibration samples are refused", () => {
  const graph = dense().graph(3);
  const good = Float32Array.of(1, 2, 3);
  refused(() => quantizeGraph(graph, []), "calibration-missing");
  refused(() => quantizeGraph(graph, [[good], []]), "calibration-invalid", "sample 1", "0 tensors");
  refused(() => quantizeGraph(graph, [[good.slice(1)]]), "calibration-invalid", "2 numbers", "takes 3 (1x3)");
  refused(
    () => quantizeGraph(graph, [[Float32Array.of(1, Number.NaN, 3)]]),
    "calibration-invalid",
    "NaN at element 1",
  );
  const large = Float32Array.of(3e38, -3e38, 3e38);
  refused(() => quantizeGraph(graph, [[large]]), "calibration-invalid", "not finite");
});

test("the float executor wants its inputs whole, and reads quantized constants", () => {
  const build = dense();
  assert.throws(() => runFloat(build.graph(3), []), "0 inputs");
  assert.throws(() => runFloat(build.graph(3), [Float32Array.of(1)]), "1 elements");
  const graph = quantizeGraph(build.graph(3), build.samples(10, 1));
  const [sample] = build.samples(1, 1) as [Float32Array[]];
  const real = runFloat(build.graph(3), sample)[3] as Float32Array;
  const dequantized = runFloat(graph, sample)[graph.outputs[0] as number] as Float32Array;
  assert.ok(Math.abs((real[0] as number) - (dequantized[0] as number)) < 0.01);
  assert.is(named(graph, "in0").dtype, "int8");
});

test.run();
