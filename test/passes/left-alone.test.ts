import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { openModule } from "../../host/package/open.js";
import { foldConstants } from "../../host/passes/fold-constants.js";
import { fuseActivations } from "../../host/passes/fuse-activations.js";
import { fusePadding } from "../../host/passes/fuse-padding.js";
import { removeChannels } from "../../host/passes/remove-channels.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { FloatGraph } from "../quantize/float-graphs.js";

const window = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
const convolution = { ...window, padding: { top: 0, bottom: 0, left: 0, right: 0 }, activation: "none" };

/** input -> pad -> convolution, whose outputs are the convolution's and, if asked for, the padded input. */
function paddedConvolution(before: number[], after: number[], padded = false): Graph {
  const build = new FloatGraph();
  const pad = build.node("pad", { before, after, value: 0 }, build.input([1, 3, 3, 2]));
  const channels = build.tensors[pad]?.shape[3] as number;
  const output = build.node("conv2d", convolution, pad, build.constant([1, 1, 1, channels], [1, 2, 3]));
  return padded ? build.graph(output, pad) : build.graph(output);
}

test("padding of height and width moves into the convolution; of batch or channels it stays", () => {
  const ring = paddedConvolution([0, 1, 2, 0], [0, 0, 1, 0]);
  const fused = fusePadding(ring).nodes[1]?.attributes as { padding?: unknown } | undefined;
  assert.equal(fused?.padding, {
    top: 1,
    bottom: 0,
    left: 2,
    right: 1,
  });
  for (const axis of [0, 3]) {
    const one = [0, 1, 2, 3].map((n) => (n === axis ? 1 : 0));
    for (const graph of [paddedConvolution(one, [0, 0, 0, 0]), paddedConvolution([0, 0, 0, 0], one)]) {
      assert.is(fusePadding(graph), graph, `axis ${axis}`);
    }
  }
});

test("padding that never wins moves into a maximum, unless a window would hold nothing else", () => {
  const pool = { filterHeight: 2, filterWidth: 1, strideHeight: 1, strideWidth: 1, activation: "none" };
  const padded = (value: number, top: number) => {
    const build = new FloatGraph();
    const attributes = { before: [0, top, 0, 0], after: [0, 0, 0, 0], value };
    const pad = build.node("pad", attributes, build.input([1, 2, 2, 1]));
    const padding = { top: 0, bottom: 0, left: 0, right: 0 };
    return build.graph(build.node("maxPool2d", { ...pool, padding }, pad));
  };
  const fused = fusePadding(padded(Number.NEGATIVE_INFINITY, 1)).nodes[1]?.attributes as { padding: object };
  assert.equal(fused.padding, { top: 1, bottom: 0, left: 0, right: 0 });
  for (const graph of [padded(0, 1), padded(Number.NEGATIVE_INFINITY, 2)])
    assert.is(fusePadding(graph), graph);
});

test("padding stays where the padded values are an output, or a second node reads them", () => {
  const output = paddedConvolution([0, 1, 1, 0], [0, 1, 1, 0], true);
  assert.is(fusePadding(output), output);
  const build = new FloatGraph();
  const pad = build.node(
    "pad",
    { before: [0, 1, 1, 0], after: [0, 0, 0, 0], value: 0 },
    build.input([1, 2, 2, 1]),
  );
  const weights = build.constant([1, 1, 1, 1], [2]);
  const twice = build.graph(
    build.node("conv2d", convolution, pad, weights),
    build.node("conv2d", convolution, pad, weights),
  );
  assert.is(fusePadding(twice), twice);
});

test("an activation stays where what it rectifies is an output", () => {
  const build = new FloatGraph();
  const sum = build.node(
    "add",
    { activation: "none" },
    build.input([2]),
    build.constant([2], Float32Array.of(1, 2)),
  );
  const rectified = build.node("relu", {}, sum);
  assert.is(fuseActivations(build.graph(rectified)).nodes.length, 1);
  const both = build.graph(rectified, sum);
  assert.is(fuseActivations(both), both);
});

test("an activation is not put over another one", () => {
  const build = new FloatGraph();
  const sum = build.node("add", { activation: "relu" }, build.input([2]), build.constant([2], [1, 2]));
  const graph = build.graph(build.node("relu6", {}, sum));
  assert.is(fuseActivations(graph), graph);
});

test("what only constants make is folded, an output of the model too", () => {
  const build = new FloatGraph();
  const input = build.input([2]);
  const sum = build.node(
    "add",
    { activation: "none" },
    build.constant([2], [1, 2]),
    build.constant([2], [3, 4]),
  );
  const difference = build.node("sub", { activation: "none" }, input, sum);
  const inner = build.graph(difference);
  assert.is(foldConstants(inner).nodes.length, 1);
  const outer = build.graph(difference, sum);
  assert.is(foldConstants(outer).nodes.length, 1);
});

/** A 1x1 convolution of one channel to two: the first as given, the second its input. Sums of the first are shifted left by 20. */
function wrapping(bias: number, weight: number): Graph {
  const int8 = (name: string, shape: number[], scale: number): Tensor => ({
    name,
    dtype: "int8",
    shape,
    quantization: { scale: [scale], zeroPoint: [-128], axis: 0 },
  });
  const constant = (name: string, shape: number[], values: number[], scale: number[]): Tensor => ({
    name,
    dtype: "int8",
    shape,
    data: Int8Array.from(values),
    quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 },
  });
  return {
    name: "wrapping",
    tensors: [
      int8("input", [1, 16, 16, 1], 2 ** 10),
      constant("weights", [2, 1, 1, 1], [weight, 1], [2 ** 9, 2 ** -10]),
      { name: "bias", dtype: "int32", shape: [2], data: Int32Array.of(bias, 0) },
      int8("sums", [1, 16, 16, 2], 1),
      constant("mixing", [3, 1, 1, 2], [1, 1, 2, 1, -1, 3], [0.25, 0.25, 0.25]),
      int8("output", [1, 16, 16, 3], 1),
    ],
    nodes: [
      { name: "first", operator: "conv2d", attributes: convolution, inputs: [0, 1, 2], outputs: [3] },
      { name: "second", operator: "conv2d", attributes: convolution, inputs: [3, 4, -1], outputs: [5] },
    ],
    inputs: [0],
    outputs: [5],
  };
}

async function everyByte(graph: Graph, passes: Parameters<typeof buildModel>[1]): Promise<string> {
  const { wasm } = await buildModel(graph, passes);
  const runner = await openRunner("node", wasm, openModule(wasm));
  await runner.writeInput(
    0,
    Uint8Array.from({ length: 256 }, (_, i) => i),
  );
  await runner.run();
  const output = await runner.readOutput(0);
  await runner.close();
  return Buffer.from(output).toString("hex");
}

test("a channel whose sums wrap around at their shift to the left is not taken for a constant", async () => {
  const apply = [{ name: "remove-channels", apply: removeChannels }];
  for (const [what, bias, weight] of [
    ["both ends of the range are large, its middle wraps", 1000, 20],
    ["the upper end is exactly 2^31", -247, 9],
    ["both ends are small, their middle wraps", -1000, -20],
    ["the range ends one below 2^31", -248, 9],
  ] as const) {
    const graph = wrapping(bias, weight);
    assert.is(await everyByte(graph, { passes: apply }), await everyByte(graph, { passes: [] }), what);
  }
  const constant = wrapping(1000, 1);
  assert.is.not(removeChannels(constant), constant, "a range that is constant and does not wrap");
});

test.run();
