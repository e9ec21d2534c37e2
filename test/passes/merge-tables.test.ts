import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { DType, Tensor } from "../../host/graph/tensor.js";
import { openModule } from "../../host/package/open.js";
import { mergeTables } from "../../host/passes/merge-tables.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";

const tensor = (name: string, dtype: DType, scale: number, zeroPoint: number): Tensor => ({
  name,
  dtype,
  shape: [1, 256],
  quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 },
});

/** input -> leaky relu -> requantize -> hard swish -> tanh -> requantize to uint8; `outputs` as given. */
function chain(outputs: readonly number[]): Graph {
  const operators = ["leakyRelu", "quantize", "hardSwish", "tanh", "quantize"];
  return {
    name: "chain",
    tensors: [
      tensor("input", "int8", 0.05, -3),
      tensor("leaky", "int8", 0.04, 5),
      tensor("coarse", "int8", 0.07, -20),
      tensor("swish", "int8", 0.06, -90),
      tensor("tanh", "int8", 1 / 128, 0),
      tensor("bytes", "uint8", 1 / 100, 130),
    ],
    nodes: operators.map((operator, i) => ({
      name: `${operator} ${i}`,
      operator,
      attributes: operator === "leakyRelu" ? { alpha: 0.3 } : {},
      inputs: [i],
      outputs: [i + 1],
    })),
    inputs: [0],
    outputs,
  };
}

async function outputsOf(graph: Graph, merge: boolean): Promise<{ steps: number; outputs: Uint8Array[] }> {
  const passes = merge ? [{ name: "merge-tables", apply: mergeTables }] : [];
  const { wasm, manifest } = await buildModel(graph, { passes });
  const runner = await openRunner("node", wasm, openModule(wasm));
  await runner.writeInput(
    0,
    Uint8Array.from({ length: 256 }, (_, i) => i),
  );
  await runner.run();
  const outputs = await Promise.all(manifest.outputs.map((_, i) => runner.readOutput(i)));
  await runner.close();
  return { steps: manifest.steps.length, outputs };
}

test("functions of bytes that follow each other become one, with the same outputs for every byte", async () => {
  const apart = await outputsOf(chain([5]), false);
  const merged = await outputsOf(chain([5]), true);
  assert.is(apart.steps, 5);
  assert.is(merged.steps, 1);
  assert.equal(merged.outputs, apart.outputs);
  assert.ok(new Set(merged.outputs[0]).size > 20);
});

test("what is an output or read twice stays", async () => {
  const apart = await outputsOf(chain([2, 5]), false);
  const merged = await outputsOf(chain([2, 5]), true);
  assert.is(merged.steps, 2);
  assert.equal(merged.outputs, apart.outputs);

  const graph = chain([5]);
  const sum = {
    name: "sum",
    operator: "add",
    attributes: { activation: "none" },
    inputs: [1, 3],
    outputs: [4],
  };
  const twice: Graph = { ...graph, nodes: graph.nodes.map((node, i) => (i === 3 ? sum : node)) };
  assert.equal(
    mergeTables(twice).nodes.map(({ operator }) => operator),
    ["leakyRelu", "lookupTable", "add", "quantize"],
  );
});

test.run();
