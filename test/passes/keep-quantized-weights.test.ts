import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { openModule } from "../../host/package/open.js";
import { keepQuantizedWeights } from "../../host/passes/keep-quantized-weights.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";

const real = (name: string, shape: number[]): Tensor => ({ name, dtype: "float32", shape });

/** A layer of float32 on int8 weights that are dequantized, by one scale or by one a row, and the weights beside it. */
function model(scale: number[]): Graph {
  const weights: Tensor = {
    name: "weights",
    dtype: "int8",
    shape: [2, 3],
    data: Int8Array.of(1, -2, 3, 100, 0, -100),
    quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 },
  };
  const layer = { activation: "none", keepAxes: false };
  return {
    name: "m",
    tensors: [
      real("in", [1, 3]),
      weights,
      real("real weights", [2, 3]),
      real("out", [1, 2]),
      real("sum", [2, 3]),
    ],
    nodes: [
      { name: "d", operator: "dequantize", attributes: {}, inputs: [1], outputs: [2] },
      { name: "l", operator: "fullyConnected", attributes: layer, inputs: [0, 2], outputs: [3] },
      { name: "s", operator: "add", attributes: { activation: "none" }, inputs: [0, 2], outputs: [4] },
    ],
    inputs: [0],
    outputs: [3, 4],
  };
}

test("weights that are dequantized before a layer of float32 stay integers in it, and only there", () => {
  const graph = model([0.5]);
  assert.equal(
    keepQuantizedWeights(graph).nodes.map(({ inputs }) => inputs),
    [[1], [0, 1], [0, 2]],
  );
  const unread = { ...graph, nodes: graph.nodes.slice(0, 1), outputs: [2] };
  assert.is(keepQuantizedWeights(unread), unread);
});

test("a layer on weights that stay integers gives what it gives on real ones", async () => {
  for (const scale of [[0.5], [0.5, 0.25]]) {
    const { wasm, graph } = await buildModel(model(scale));
    const layer = graph.nodes.find(({ operator }) => operator === "fullyConnected");
    assert.is(graph.tensors[layer?.inputs[1] ?? -1]?.dtype, "int8");
    const runner = await openRunner("node", wasm, openModule(wasm), { tier: "portable" });
    runner.writeInput(0, new Uint8Array(Float32Array.of(1, 2, 3).buffer));
    runner.run();
    const [first, second = first] = scale as [number, number?];
    const output = new Float32Array(runner.readOutput(0).slice().buffer);
    assert.equal([...output], [6 * first, -200 * (second as number)]);
    runner.close();
  }
});

test("a model that is quantized with samples has its weights quantized anew", async () => {
  const { graph } = await buildModel(model([0.5]), { calibration: [[Float32Array.of(1, 2, 3)]] });
  assert.ok(graph.tensors.every(({ dtype }) => dtype !== "float32"));
});

test.run();
