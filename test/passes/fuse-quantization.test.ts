import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import { tanhGate } from "../../host/ops/recurrent/gate-activation.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { decodeReals, encodeReals } from "../../host/run/tensor-files/values.js";
import { constant, type WrittenNode, writeOnnx } from "../import/onnx/onnx-writer.js";
import { plain, quantized } from "../ops/quantized-tensors.js";

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

test("a layer that keeps a state stays in float32: nothing says in what steps its state is", () => {
  const halves = "even" as const;
  const bytesOf = (name: string, shape: number[], scale: number): Tensor => ({
    ...quantized(shape, scale, 0),
    name,
    quantization: { scale: [scale], zeroPoint: [0], axis: 0, halves },
  });
  const weights = (name: string, shape: [number, number]): Tensor => {
    const integers = { ...bytesOf(name, shape, 0.01), data: bytes.slice(0, shape[0] * shape[1]) };
    return { ...plain(shape), name, data: Float32Array.from(integers.data, (q) => q / 100), integers };
  };
  const tensors = [
    bytesOf("x", [1, 4, 3], 0.1),
    plain([1, 4, 3]),
    weights("W", [2, 3]),
    weights("R", [2, 2]),
    plain([1, 2]),
    bytesOf("y", [1, 2], 0.01),
  ].map((tensor, i) => ({ ...tensor, name: `t${i}` }));
  const attributes = {
    ...{ timeMajor: false, backwards: false, sequence: false, masked: "zero", clip: 0 },
    activations: [tanhGate],
  };
  const named = (operator: string, inputs: number[], outputs: number[], own = {}) => ({
    ...{ name: operator, operator, inputs, outputs, attributes: own },
  });
  const nodes = [
    named("dequantize", [0], [1]),
    named("rnnLayer", [1, 2, 3], [4], attributes),
    named("quantize", [4], [5]),
  ];
  const graph = runPasses({ name: "state", tensors, nodes, inputs: [0], outputs: [5] });
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["dequantize", "rnnLayer", "quantize"],
  );
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
