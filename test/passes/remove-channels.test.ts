import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import { elementCount, type Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { checkOperators } from "../../host/ops/check.js";
import { openModule } from "../../host/package/open.js";
import { removeChannels } from "../../host/passes/remove-channels.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { random } from "../ops/harness.js";

/** A net of 6x5 pixels whose filters are often zero, or saturated by their bias, with padded and unpadded readers. */
function randomNet(seed: number): Graph {
  const { integer, int8s } = random(seed);
  const tensors: Tensor[] = [];
  const nodes: Node[] = [];
  const add = (tensor: Tensor): number => tensors.push(tensor) - 1;
  const activation = (name: string, shape: number[]): number =>
    add({
      name,
      dtype: "int8",
      shape,
      quantization: { scale: [0.1], zeroPoint: [integer(-128, 20)], axis: 0 },
    });
  let current = activation("input", [1, 6, 5, integer(1, 3)]);
  const layer = (
    operator: string,
    weightShape: number[],
    axis: number,
    shape: number[],
    padding: number,
  ): void => {
    const channels = weightShape[axis] as number;
    const data = int8s(elementCount(weightShape));
    const bias = Int32Array.from({ length: channels }, () => integer(-900, 900));
    for (let n = 0; n < channels; n++) {
      const kind = integer(0, 3);
      if (kind === 0)
        data.forEach((_, i) => {
          const owner = axis === 0 ? Math.floor(i / (data.length / channels)) : i % channels;
          if (owner === n) data[i] = 0;
        });
      if (kind === 1) bias[n] = integer(0, 1) === 0 ? -(2 ** 24) : 2 ** 24;
    }
    const weights = add({
      name: `weights ${nodes.length}`,
      dtype: "int8",
      shape: weightShape,
      data,
      quantization: { scale: [0.02], zeroPoint: [0], axis },
    });
    const hasBias = integer(0, 4) > 0;
    const biasIndex = hasBias
      ? add({ name: `bias ${nodes.length}`, dtype: "int32", shape: [channels], data: bias })
      : -1;
    const output = activation(`${operator} ${nodes.length}`, shape);
    const ring = { top: padding, bottom: padding, left: padding, right: padding };
    const window = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padding: ring };
    const attributes =
      operator === "fullyConnected"
        ? { activation: "none", keepAxes: false }
        : { ...window, activation: integer(0, 1) === 0 ? "relu" : "none" };
    nodes.push({
      name: `node ${nodes.length}`,
      operator,
      attributes,
      inputs: [current, weights, biasIndex],
      outputs: [output],
    });
    current = output;
  };
  const depth = (): number => tensors[current]?.shape[3] as number;
  for (let i = 0; i < 3; i++) {
    const channels = integer(2, 6);
    layer("conv2d", [channels, 3, 3, depth()], 0, [1, 6, 5, channels], 1);
    const multiplied = depth() * integer(1, 2);
    layer("depthwiseConv2d", [1, 3, 3, multiplied], 3, [1, 6, 5, multiplied], 1);
    const pointwise = integer(2, 6);
    layer("conv2d", [pointwise, 1, 1, depth()], 0, [1, 6, 5, pointwise], 0);
  }
  const flat = add({ ...(tensors[current] as Tensor), name: "flat", shape: [1, 30 * depth()] });
  nodes.push({
    name: "flat",
    operator: "reshape",
    attributes: { shape: [1, 30 * depth()] },
    inputs: [current],
    outputs: [flat],
  });
  current = flat;
  layer("fullyConnected", [4, tensors[flat]?.shape[1] as number], 0, [1, 4], 0);
  return { name: "net", tensors, nodes, inputs: [0], outputs: [current] };
}

async function run(
  graph: Graph,
  passes: Parameters<typeof buildModel>[1],
  input: Uint8Array,
): Promise<string> {
  const { wasm } = await buildModel(graph, passes);
  const runner = await openRunner("node", wasm, openModule(wasm));
  await runner.writeInput(0, input);
  await runner.run();
  const output = await runner.readOutput(0);
  await runner.close();
  return Buffer.from(output).toString("hex");
}

test("random nets with constant channels shrink, and give the same bytes", async () => {
  let removed = 0;
  for (let seed = 0; seed < 12; seed++) {
    const graph = randomNet(seed);
    validateGraph(graph);
    checkOperators(graph);
    const smaller = removeChannels(graph);
    validateGraph(smaller);
    checkOperators(smaller);
    const size = (g: Graph): number => g.tensors.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
    if (size(smaller) < size(graph)) removed++;
    const input = new Uint8Array(random(seed + 99).int8s(elementCount(graph.tensors[0]?.shape ?? [])).buffer);
    const passes = [{ name: "remove-channels", apply: removeChannels }];
    assert.is(await run(graph, { passes }, input), await run(graph, { passes: [] }, input), `seed ${seed}`);
  }
  assert.ok(removed >= 8, `${removed} of 12 nets shrank`);
});

test("a constant channel is none behind an average that counts its padding", async () => {
  const of = (shape: number[]): Tensor => ({
    ...{ name: "t", dtype: "int8", shape },
    quantization: { scale: [0.5], zeroPoint: [-10], axis: 0 },
  });
  const weights = (data: number[]): Tensor => ({
    ...{ name: "w", dtype: "int8", shape: [2, 1, 1, data.length / 2], data: Int8Array.from(data) },
    quantization: { scale: [0.5], zeroPoint: [0], axis: 0 },
  });
  const bias: Tensor = { name: "b", dtype: "int32", shape: [2], data: Int32Array.of(7, 100) };
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const one = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, activation: "none" };
  const ring = { top: 1, bottom: 1, left: 1, right: 1 };
  const average = { ...one, filterHeight: 3, filterWidth: 3, padding: ring, counted: ring };
  const graph: Graph = {
    name: "net",
    tensors: [
      of([1, 3, 3, 1]),
      ...[weights([1, 0]), bias, of([1, 3, 3, 2]), of([1, 3, 3, 2]), weights([1, 1, 2, 1]), of([1, 3, 3, 2])],
    ],
    nodes: [
      {
        ...{ name: "a", operator: "conv2d", attributes: { ...one, padding } },
        ...{ inputs: [0, 1, 2], outputs: [3] },
      },
      { name: "b", operator: "averagePool2d", attributes: average, inputs: [3], outputs: [4] },
      {
        ...{ name: "c", operator: "conv2d", attributes: { ...one, padding } },
        ...{ inputs: [4, 5, -1], outputs: [6] },
      },
    ],
    inputs: [0],
    outputs: [6],
  };
  const input = new Uint8Array(9).fill(3);
  const passes = [{ name: "remove-channels", apply: removeChannels }];
  assert.is(await run(graph, { passes }, input), await run(graph, { passes: [] }, input));
});

test("a graph without constant channels is returned as it is", () => {
  const graph = randomNet(3);
  for (const { data, dtype } of graph.tensors) {
    if (dtype === "int8")
      data?.forEach((_, i) => {
        data[i] = (i % 5) + 1;
      });
    if (dtype === "int32") data?.fill(0 as never);
  }
  assert.is(removeChannels(graph), graph);
});

test.run();
