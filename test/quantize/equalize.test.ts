import { test } from "uvu";
import * as assert from "uvu/assert";
import { Execution } from "../../host/evaluate/execution.js";
import type { Graph } from "../../host/graph/graph.js";
import { elementCount } from "../../host/graph/tensor.js";
import { packageKernels } from "../../host/kernels/library.js";
import {
  type ChannelGroup,
  channelFactors,
  channelGroups,
  channelMaxima,
  scaleChannels,
} from "../../host/quantize/equalize.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { FloatGraph, numbers, pseudoRandom } from "./float-graphs.js";

const none = { top: 0, bottom: 0, left: 0, right: 0 };
const same = { top: 1, bottom: 1, left: 1, right: 1 };
const conv = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
const pool = { filterHeight: 2, filterWidth: 2, strideHeight: 2, strideWidth: 2, padding: none };
const open = (graph: Graph) => Execution.open(graph, [packageKernels()]);

/** Builds chains whose channels differ much in size. */
class Chains extends FloatGraph {
  private readonly random = pseudoRandom(3);

  private weights(shape: number[], axis: number): number {
    const inner = elementCount(shape.slice(axis + 1));
    const depth = elementCount(shape) / (shape[axis] as number);
    const values = numbers(elementCount(shape), this.random);
    return this.constant(
      shape,
      values.map((value, i) => {
        const channel = Math.floor(i / inner) % (shape[axis] as number);
        return (value / Math.sqrt(depth)) * 4 ** -(channel % 4);
      }),
    );
  }

  private bias(outputs: number): number {
    return this.constant(
      [outputs],
      numbers(outputs, this.random).map((value) => value / 20),
    );
  }

  private channels(input: number): number {
    return this.tensors[input]?.shape.at(-1) as number;
  }

  conv(input: number, outputs: number, activation: string, size = 3, groups = 1): number {
    const weights = this.weights([outputs, size, size, this.channels(input) / groups], 0);
    const padding = size === 3 ? same : none;
    return this.node("conv2d", { ...conv, padding, activation }, input, weights, this.bias(outputs));
  }

  depthwise(input: number, multiplier: number, activation: string): number {
    const outputs = this.channels(input) * multiplier;
    const weights = this.weights([1, 3, 3, outputs], 3);
    const attributes = { ...conv, padding: same, activation };
    return this.node("depthwiseConv2d", attributes, input, weights, this.bias(outputs));
  }

  dense(input: number, outputs: number, activation = "none"): number {
    const weights = this.weights([outputs, this.channels(input)], 0);
    const attributes = { activation, keepAxes: true };
    return this.node("fullyConnected", attributes, input, weights, this.bias(outputs));
  }
}

/** What a graph's outputs are on samples, one after the other. */
function outputsOf(graph: Graph, samples: readonly Float32Array[][]): number[] {
  return samples.flatMap((sample) => {
    const values = runFloat(graph, sample);
    return graph.outputs.flatMap((index) => Array.from(values[index] as Float32Array));
  });
}

/** A graph scaled as samples say, and with what factors. */
async function scaledBy(graph: Graph, samples: readonly Float32Array[][], strength = 1, room = 1) {
  const groups = channelGroups(graph);
  const maxima = channelMaxima(await open(graph), groups, samples);
  const factors = groups.map((group, g) => channelFactors(group, maxima[g] ?? [], strength, room));
  return { groups, maxima, factors, graph: scaleChannels(graph, groups, factors) };
}

function assertSame(graph: Graph, scaled: Graph, samples: readonly Float32Array[][]): void {
  const [expected, found] = [outputsOf(graph, samples), outputsOf(scaled, samples)];
  const most = Math.max(...expected.map(Math.abs));
  assert.ok(most > 1e-3);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(value - (found[i] as number)) <= 1e-5 * most, `${i}: ${value}, ${found[i]}`);
}

/** Names of the nodes that write what can be scaled, or names of inputs. */
const namesOf = ({ tensors }: Graph, groups: readonly ChannelGroup[]): string[] =>
  groups.flatMap((group) => group.tensors.map((index) => tensors[index]?.name ?? ""));

test("chains of convolutions of every kind, sums, pools and paddings compute the same, their channels nearer to one range", async () => {
  const build = new Chains();
  const first = build.conv(build.input([1, 8, 8, 3]), 8, "relu");
  const wide = build.depthwise(build.depthwise(first, 1, "none"), 2, "relu");
  const grouped = build.conv(wide, 8, "none", 3, 4);
  const other = build.node("relu", {}, build.conv(first, 8, "none", 1));
  const sum = build.node("add", { activation: "relu" }, grouped, other);
  const small = build.node("maxPool2d", { ...pool, activation: "none" }, sum);
  const padded = build.node("pad", { before: [0, 1, 1, 0], after: [0, 1, 1, 0], value: 0 }, small);
  const smaller = build.node("averagePool2d", { ...pool, activation: "none" }, padded);
  const last = build.conv(smaller, 6, "relu", 1);
  const mean = build.node("mean", { axes: [1, 2], keepDims: false }, last);
  const graph = build.graph(build.dense(mean, 5));
  const samples = build.samples(4, 1);
  for (const strength of [0.5, 1]) {
    const scaled = await scaledBy(graph, samples, strength);
    assert.is(scaled.groups.length, 5);
    for (const factors of scaled.factors) assert.ok(Math.max(...factors) > 1.2, `${factors}`);
    assertSame(graph, scaled.graph, [...samples, ...build.samples(4, 2, 3)]);
    const after = channelMaxima(await open(scaled.graph), scaled.groups, samples);
    const spread = (maxima: Float64Array): number =>
      Math.max(...maxima) / Math.min(...maxima.filter((most) => most > 0));
    for (const [g, tensors] of after.entries())
      if (tensors.length === 1) {
        const [found, before] = [spread(tensors[0] as Float64Array), spread(scaled.maxima[g]?.[0] as never)];
        assert.ok(found < before, `group ${g}: ${found}, before ${before}`);
      }
  }
});

test("a flattened picture is scaled by the channels that it had, in fully connected layers, too", async () => {
  const build = new Chains();
  const picture = build.conv(build.input([1, 4, 4, 2]), 4, "relu");
  const flat = build.node("reshape", { shape: [1, 64] }, picture);
  const graph = build.graph(build.dense(build.dense(flat, 7, "relu"), 3));
  const samples = build.samples(4, 1);
  const scaled = await scaledBy(graph, samples);
  assert.equal(
    scaled.groups.map(({ channels }) => channels),
    [4, 7],
  );
  assertSame(graph, scaled.graph, build.samples(4, 2));
});

test("relu6 computes the same: no channel is scaled to where it would be cut, and one that is cut stays", async () => {
  const build = new Chains();
  const input = build.input([1, 6, 6, 3]);
  const first = build.conv(input, 8, "relu6");
  const weights = build.tensors[1]?.data as Float32Array;
  weights.subarray(0, 27).fill(3);
  const second = build.node("relu6", {}, build.depthwise(first, 1, "none"));
  const graph = build.graph(build.conv(second, 4, "none", 1));
  const samples = build.samples(6, 1);
  const scaled = await scaledBy(graph, samples);
  assert.equal(
    scaled.groups.map(({ cap }) => cap),
    [6, 6],
  );
  assert.is(scaled.factors[0]?.[0], 1);
  assert.ok(Math.max(...(scaled.factors[0] as Float64Array)) > 2);
  const [after] = channelMaxima(await open(scaled.graph), scaled.groups, samples);
  for (const [c, most] of after?.[0]?.entries() ?? []) assert.ok(most <= 6 + 1e-5, `channel ${c}: ${most}`);
  assertSame(graph, scaled.graph, samples);
});

test("factors: silent channels stay, nearly silent ones are made at most 16 times larger, room and caps hold", () => {
  const group = { tensors: [0], channels: 5, cap: Number.POSITIVE_INFINITY };
  const maxima = [Float64Array.of(8, 2, 0, 1e-6, 8)];
  const factors = (own: ChannelGroup, strength: number, room: number) =>
    Array.from(channelFactors(own, maxima, strength, room));
  assert.equal(factors(group, 1, 1), [1, 4, 1, 16, 1]);
  assert.equal(factors(group, 0.5, 1), [1, 2, 1, 16, 1]);
  assert.equal(factors(group, 1, 2), [1, 2, 1, 16, 1]);
  assert.equal(factors(group, 0, 1), [1, 1, 1, 1, 1]);
  assert.equal(factors({ ...group, cap: 6 }, 1, 1), [1, 3, 1, 16, 1]);
  // Of several tensors, the one in which a channel fills the range most tells.
  const two = [Float64Array.of(8, 2), Float64Array.of(1, 1)];
  assert.equal(Array.from(channelFactors({ ...group, channels: 2 }, two, 1, 1)), [1, 1]);
  assert.equal(Array.from(channelFactors(group, [new Float64Array(5)], 1, 1)), [1, 1, 1, 1, 1]);
});

test("inputs, outputs and what other operators read or write cannot be scaled", () => {
  const build = new Chains();
  const input = build.input([1, 4, 4, 2]);
  const shown = build.conv(build.node("relu", {}, input), 4, "relu");
  const inner = build.conv(shown, 4, "relu");
  const soft = build.node("softmax", { beta: 1 }, build.conv(inner, 4, "none"));
  const curved = build.node("logistic", {}, build.conv(soft, 4, "none"));
  const capped = build.conv(build.conv(curved, 4, "tanh"), 4, "relu");
  const graph = build.graph(shown, build.conv(capped, 4, "none"));
  assert.equal(namesOf(graph, channelGroups(graph)), ["conv2d2", "conv2d8"]);
});

test("weights or a bias that two nodes share cannot be scaled", () => {
  const shared = (position: 1 | 2): Graph => {
    const build = new Chains();
    const last = build.conv(
      build.conv(build.conv(build.input([1, 4, 4, 4]), 4, "relu"), 4, "relu"),
      4,
      "none",
    );
    const [, second, third] = build.nodes;
    const inputs = [...(third?.inputs ?? [])];
    inputs[position] = second?.inputs[position] as number;
    build.nodes[2] = { ...(third as never as (typeof build.nodes)[0]), inputs };
    return build.graph(last);
  };
  assert.equal(channelGroups(shared(1)), []);
  assert.equal(channelGroups(shared(2)), []);
});

test("channels that are moved, constants that are added, and paddings that are not zero keep what they are", () => {
  const cases: ((build: Chains, input: number) => number)[] = [
    (build, x) => build.node("reshape", { shape: [1, 4, 8, 2] }, x),
    (build, x) => build.node("add", { activation: "none" }, x, build.constant([4], [1, 2, 3, 4])),
    (build, x) => build.node("pad", { before: [0, 0, 0, 0], after: [0, 1, 1, 0], value: 1 }, x),
    (build, x) => build.node("pad", { before: [0, 0, 0, 2], after: [0, 0, 0, 0], value: 0 }, x),
    (build, x) => build.node("mean", { axes: [3], keepDims: true }, x),
  ];
  for (const [i, make] of cases.entries()) {
    const build = new Chains();
    const through = make(build, build.conv(build.input([1, 4, 4, 2]), 4, "relu"));
    const graph = build.graph(build.conv(through, 3, "none", 1));
    assert.equal(channelGroups(graph), [], `case ${i}`);
  }
});

test.run();
