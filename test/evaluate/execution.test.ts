import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Execution } from "../../host/evaluate/execution.js";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { packageKernels } from "../../host/kernels/library.js";
import { bytesOf } from "../../host/lower/bytes.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { buildModel } from "../../host/pipeline.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { quantizeGraph } from "../../host/quantize/quantize-graph.js";
import { openRunner } from "../../host/run/index.js";
import { FloatGraph, numbers, pseudoRandom } from "../quantize/float-graphs.js";

const path = fileURLToPath(new URL("../../models/digits/float/model.json", import.meta.url));
const digits = runPasses(await importModel(path, readFileSync(path), (file) => readFileSync(file)));
const random = pseudoRandom(3);
const pictures = Array.from({ length: 3 }, () => [numbers(784, random).map((value) => Math.abs(value))]);

const outputOf = (graph: Graph): number => graph.outputs[0] as number;

test("an execution computes each activation as the references do", async () => {
  const execution = await Execution.open(digits, [packageKernels()]);
  for (const [picture] of pictures) {
    const expected = runFloat(digits, [picture as Float32Array]);
    execution.writeReals(digits.inputs[0] as number, picture as Float32Array);
    execution.run();
    for (const node of digits.nodes)
      for (const index of node.outputs) {
        const [found, wanted] = [execution.reals(index), expected[index] as Float32Array];
        found.forEach((value, i) => {
          assert.ok(Math.abs(value - (wanted[i] as number)) < 1e-4, `${node.name} at ${i}`);
        });
      }
  }
});

test("an execution of an int8 graph gives the bytes of the built model", async () => {
  const graph = quantizeGraph(digits, pictures);
  const { wasm } = await buildModel(digits, { calibration: pictures });
  const runner = await openRunner("node", wasm, openModule(wasm));
  const execution = await Execution.open(graph, [packageKernels()]);
  for (const [picture] of pictures) {
    execution.writeReals(graph.inputs[0] as number, picture as Float32Array);
    runner.writeInput(0, bytesOf(execution.elements(graph.inputs[0] as number)).slice());
    execution.run();
    runner.run();
    assert.equal(bytesOf(execution.elements(outputOf(graph))).slice(), runner.readOutput(0));
  }
  runner.close();
});

test("constants that are exchanged count from the next run on", async () => {
  const build = new FloatGraph();
  const input = build.input([1, 4]);
  const weights = build.constant([2, 4], [1, 0, 0, 0, 0, 1, 0, 0]);
  const graph = build.graph(build.node("fullyConnected", { activation: "none" }, input, weights));
  const execution = await Execution.open(graph, [packageKernels()]);
  execution.writeReals(input, [1, 2, 3, 4]);
  execution.run();
  assert.equal([...execution.reals(outputOf(graph))], [1, 2]);
  execution.replace(weights, {
    ...execution.tensor(weights),
    data: Float32Array.of(0, 0, 1, 0, 0, 0, 0, 1),
  });
  execution.run();
  assert.equal([...execution.reals(outputOf(graph))], [3, 4]);
});

test("a node without kernels is computed by its reference", async () => {
  const build = new FloatGraph();
  const input = build.input([1, 2]);
  const graph = build.graph(build.node("l2Normalization", {}, input));
  const int16 = { dtype: "int16" as const, quantization: { scale: [0.001], zeroPoint: [0], axis: 0 } };
  const tensors = graph.tensors.map((tensor) => ({ ...tensor, ...int16 }));
  const execution = await Execution.open({ ...graph, tensors }, [packageKernels()]);
  execution.writeReals(input, [3, -4]);
  execution.run();
  const found = [...execution.reals(outputOf(graph))];
  [0.6, -0.8].forEach((value, i) => {
    assert.ok(Math.abs(value - (found[i] as number)) < 0.001, `${found[i]} at ${i}`);
  });
});

test("what does not fit into memory at once is refused", async () => {
  const build = new FloatGraph();
  const graph = build.graph(build.node("abs", {}, build.input([1, 2 ** 28])));
  try {
    await Execution.open(graph, [packageKernels()]);
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, "memory-exceeded");
  }
});

test.run();
