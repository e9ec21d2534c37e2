import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { decodeReals, encodeReals } from "../../host/run/tensor-files/values.js";
import { constant, type WrittenNode, writeOnnx } from "../import/onnx/onnx-writer.js";

const bytes = Int8Array.from({ length: 24 }, (_, i) => 11 * i - 128);

const node = (operator: string, inputs: string[], output: string): WrittenNode => ({
  operator,
  inputs,
  outputs: [output],
});

/** A graph of int8 x and y of steps of 0.1 and 0.2, with a node of float32 between them. */
const between = (operator: string, shape: number[], operand: number[]): Promise<Graph> =>
  importModel(
    "model.onnx",
    writeOnnx({
      graph: {
        nodes: [
          node("DequantizeLinear", ["x", "step", "zero"], "real"),
          node(operator, ["real", "operand"], "result"),
          node("QuantizeLinear", ["result", "wide", "zero"], "y"),
        ],
        constants: [
          constant("step", "float32", [], [0.1]),
          constant("wide", "float32", [], [0.2]),
          constant("zero", "int8", [], [3]),
          constant("operand", "float32", operand, [1.5]),
        ],
        inputs: [{ name: "x", dtype: "int8", shape }],
        outputs: [{ name: "y", dtype: "int8" }],
      },
    }),
    () => new Uint8Array(0),
  );

/** The output's shape and bytes, and the operators that made them. */
async function answer(graph: Graph, passes?: []) {
  const { wasm, graph: built } = await buildModel(graph, passes && { passes });
  const runner = await openRunner("node", wasm, openModule(wasm));
  runner.writeInput(0, new Uint8Array(bytes.buffer));
  runner.run();
  const output = [...new Int8Array(runner.readOutput(0).slice().buffer)];
  runner.close();
  const shape = built.tensors[built.outputs[0] as number]?.shape;
  return { shape, output, operators: built.nodes.map(({ operator }) => operator) };
}

test("a function of bytes is a table, also where its constant brings more axes", async () => {
  for (const [shape, operand] of [
    [[24], []],
    [[2, 12], [1]],
    [
      [2, 12],
      [1, 1, 1],
    ],
    [[24], [1, 1]],
  ] as const) {
    for (const operator of ["Max", "Mul", "PRelu"]) {
      const graph = await between(operator, [...shape], [...operand]);
      if (operator === "PRelu" && operand.length > shape.length) continue;
      const { operators, ...fused } = await answer(graph);
      const { operators: _, ...plain } = await answer(graph, []);
      assert.ok(operators.includes("lookupTable"), `${operator} [${shape}] [${operand}]: ${operators}`);
      assert.equal(fused, plain, `${operator} [${shape}] [${operand}]`);
    }
  }
});

test("real numbers of an input are rounded as the model rounds them, on the host too", async () => {
  const graph = await importModel(
    "model.onnx",
    writeOnnx({
      graph: {
        nodes: [
          node("QuantizeLinear", ["x", "step", "zero"], "q"),
          node("DequantizeLinear", ["q", "step", "zero"], "y"),
        ],
        constants: [constant("step", "float32", [], [0.5]), constant("zero", "int8", [], [3])],
        inputs: [{ name: "x", dtype: "float32", shape: [6] }],
        outputs: [{ name: "y", dtype: "float32" }],
      },
    }),
    () => new Uint8Array(0),
  );
  const { wasm, manifest } = await buildModel(graph);
  const [input, output] = [manifest.inputs[0], manifest.outputs[0]] as [ManifestTensor, ManifestTensor];
  assert.is(input.dtype, "int8");
  assert.is(input.interface, "float32");
  const runner = await openRunner("node", wasm, openModule(wasm));
  runner.writeInput(0, encodeReals([0.25, 0.75, 1.25, -0.25, -0.75, 100], input));
  runner.run();
  assert.equal(decodeReals(runner.readOutput(0), output), [0, 1, 1, 0, -1, 62]);
  runner.close();
});

test.run();
