import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { elementCount } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { checkOperators } from "../../host/ops/check.js";
import { foldScales } from "../../host/passes/fold-scales.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { choices } from "../link/random-numbers.js";

const source = choices(11);
const numbers = (count: number) => Float32Array.from({ length: count }, () => source.below(2001) / 1000 - 1);

/** A graph of one input, as nodes are appended. */
class Made {
  readonly tensors: Tensor[] = [];
  readonly nodes: Node[] = [];

  tensor(shape: readonly number[], data?: Float32Array): number {
    const name = `t${this.tensors.length}`;
    return this.tensors.push({ name, dtype: "float32", shape, ...(data ? { data } : {}) }) - 1;
  }

  constant(...shape: number[]): number {
    return this.tensor(shape, numbers(elementCount(shape)));
  }

  node(operator: string, attributes: object, inputs: number[], shape: readonly number[]): number {
    const output = this.tensor(shape);
    this.nodes.push({ name: `n${this.nodes.length}`, operator, attributes, inputs, outputs: [output] });
    return output;
  }

  graph(...outputs: number[]): Graph {
    const { tensors, nodes } = this;
    return { name: "made", tensors, nodes, inputs: [0], outputs };
  }
}

const once = {
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
  activation: "none",
};

/** A convolution of 4 channels over 1x5 pixels; its output. */
function convolved(made: Made): number {
  return made.node("conv2d", once, [made.tensor([1, 1, 5, 3]), made.constant(4, 1, 1, 3), -1], [1, 1, 5, 4]);
}

/** Operators of the graph behind the pass, whose results are those of the graph before. */
function folded(graph: Graph): string[] {
  const after = foldScales(graph);
  for (const each of [graph, after]) {
    validateGraph(each);
    checkOperators(each);
  }
  const input = numbers(elementCount((graph.tensors[0] as Tensor).shape));
  const valuesOf = (each: Graph, tensor: number) => runFloat(each, [input])[tensor] as Float32Array;
  for (const output of graph.outputs) {
    const found = valuesOf(after, output);
    for (const [i, value] of valuesOf(graph, output).entries()) {
      const off = Math.abs((found[i] as number) - value);
      assert.ok(off < 1e-5, `output ${output}, element ${i}: off by ${off}`);
    }
  }
  return after.nodes.map(({ operator }) => operator);
}

const relu = { activation: "relu" };
const none = { activation: "none" };

test("products and sums of channels go into weights and bias, and an activation with the last of them", () => {
  const made = new Made();
  const product = made.node("mul", none, [convolved(made), made.constant(1, 1, 4)], [1, 1, 5, 4]);
  const sum = made.node("add", relu, [made.constant(4), product], [1, 1, 5, 4]);
  const behind = made.node("mul", none, [sum, made.constant(4)], [1, 1, 5, 4]);
  const graph = made.graph(behind);
  assert.equal(folded(graph), ["conv2d", "mul"]);
  const [convolution] = foldScales(graph).nodes as [Node];
  assert.is((convolution.attributes as { activation: string }).activation, "relu");
});

test("every operator with weights, with a bias and without, and one number for all channels", () => {
  for (const bias of [false, true]) {
    const made = new Made();
    const input = made.tensor([1, 4, 4, 3]);
    const depthwise = [input, made.constant(1, 2, 2, 6), bias ? made.constant(6) : -1];
    let last = made.node("depthwiseConv2d", once, depthwise, [1, 3, 3, 6]);
    last = made.node("mul", none, [last, made.constant(6)], [1, 3, 3, 6]);
    const { strideHeight, strideWidth, padding } = once;
    const back = { strideHeight, strideWidth, padding, outputHeight: 4, outputWidth: 4, activation: "none" };
    const transposed = [last, made.constant(2, 2, 2, 6), bias ? made.constant(2) : -1];
    last = made.node("transposeConv2d", back, transposed, [1, 4, 4, 2]);
    last = made.node("mul", none, [last, made.constant(2)], [1, 4, 4, 2]);
    last = made.node("add", none, [last, made.constant(1)], [1, 4, 4, 2]);
    const connected = [last, made.constant(5, 2), bias ? made.constant(5) : -1];
    last = made.node("fullyConnected", { activation: "none", keepAxes: true }, connected, [1, 4, 4, 5]);
    last = made.node("mul", none, [last, made.constant(1)], [1, 4, 4, 5]);
    assert.equal(folded(made.graph(last)), ["depthwiseConv2d", "transposeConv2d", "fullyConnected"]);
  }
});

test("through a reshape that keeps the channels, and through no other", () => {
  for (const [shape, factor, expected] of [
    [[1, 5, 4], 4, ["conv2d", "reshape"]],
    [[1, 10, 2], 2, ["conv2d", "reshape", "mul"]],
  ] as const) {
    const made = new Made();
    const reshaped = made.node("reshape", { shape }, [convolved(made)], shape);
    const product = made.node("mul", none, [reshaped, made.constant(factor)], shape);
    assert.equal(folded(made.graph(product)), [...expected]);
  }
});

test("what something else reads, what is no constant of channels, and what is activated before stay", () => {
  const shape = [1, 1, 5, 4];
  const shared = new Made();
  const read = convolved(shared);
  const product = shared.node("mul", none, [read, shared.constant(4)], shape);
  assert.equal(folded(shared.graph(product, read)), ["conv2d", "mul"]);
  const places = new Made();
  const byPlace = places.node("mul", none, [convolved(places), places.constant(5, 1)], shape);
  assert.equal(folded(places.graph(byPlace)), ["conv2d", "mul"]);
  const wide = new Made();
  const repeated = wide.node("mul", none, [convolved(wide), wide.constant(2, 1, 1, 4)], [2, 1, 5, 4]);
  assert.equal(folded(wide.graph(repeated)), ["conv2d", "mul"]);
  const active = new Made();
  const input = active.tensor([1, 1, 5, 3]);
  const convolution = [input, active.constant(4, 1, 1, 3), -1];
  const rectified = active.node("conv2d", { ...once, activation: "relu" }, convolution, shape);
  const scaled = active.node("mul", none, [rectified, active.constant(4)], shape);
  assert.equal(folded(active.graph(scaled)), ["conv2d", "mul"]);
});

test("weights that two nodes share stay as they are for the other", () => {
  const made = new Made();
  const input = made.tensor([1, 1, 5, 3]);
  const weights = made.constant(4, 1, 1, 3);
  const outputs = [0, 1].map(() => made.node("conv2d", once, [input, weights, -1], [1, 1, 5, 4]));
  const product = made.node("mul", none, [outputs[0] as number, made.constant(4)], [1, 1, 5, 4]);
  assert.equal(folded(made.graph(product, outputs[1] as number)), ["conv2d", "conv2d"]);
});

test.run();
