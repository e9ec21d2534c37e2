import { test } from "uvu";
import * as assert from "uvu/assert";
import { arrayTypes, type DType } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { type WrittenNode, type WrittenTensor, writeTflite } from "./tflite-writer.js";

type Input = readonly [type: WrittenTensor["type"], shape: number[], values: readonly number[]];

const dtypes: Partial<Record<WrittenTensor["type"], DType>> = {
  FLOAT32: "float32",
  INT32: "int32",
  BOOL: "bool",
  INT8: "int8",
};

/** Runs a model of one operator on wasm3; the output's elements. */
async function run(
  builtin: string,
  inputs: readonly Input[],
  [type, shape]: readonly [WrittenTensor["type"], number[]],
  options: Partial<WrittenNode> = {},
): Promise<number[]> {
  const tensors = [...inputs, [type, shape] as const].map(([kind, size], i) => ({
    name: `t${i}`,
    type: kind,
    shape: [...size],
  }));
  const positions = inputs.map((_, i) => i);
  const bytes = writeTflite({
    tensors,
    nodes: [{ builtin, inputs: positions, outputs: [inputs.length], ...options }],
    inputs: positions,
    outputs: [inputs.length],
  });
  const graph = await importModel("model.tflite", bytes, () => {
    throw new Error("a model of one file");
  });
  const { wasm } = await buildModel(graph);
  const runner = await openRunner("wasm3", wasm, openModule(wasm), {});
  try {
    for (const [i, [kind, , values]] of inputs.entries()) {
      const data = (arrayTypes[dtypes[kind] as DType] as unknown as Int32ArrayConstructor).from(values);
      runner.writeInput(i, new Uint8Array(data.buffer));
    }
    runner.run();
    return Array.from(new arrayTypes[dtypes[type] as DType](runner.readOutput(0).slice().buffer), Number);
  } finally {
    runner.close();
  }
}

const floats: Input = ["FLOAT32", [4], [-2, -0.5, 0.5, 3]];

test("LESS and LESS_EQUAL compare in the order of their operands", async () => {
  const inputs: Input[] = [
    ["INT32", [3], [1, 2, 3]],
    ["INT32", [3], [2, 2, 2]],
  ];
  assert.equal(await run("LESS", inputs, ["BOOL", [3]]), [1, 0, 0]);
  assert.equal(await run("LESS_EQUAL", inputs, ["BOOL", [3]]), [1, 1, 0]);
});

test("SELECT takes a condition of the first axis alone, SELECT_V2 one of the last", async () => {
  const inputs: Input[] = [
    ["BOOL", [2], [1, 0]],
    ["FLOAT32", [2, 2], [1, 2, 3, 4]],
    ["FLOAT32", [2, 2], [5, 6, 7, 8]],
  ];
  assert.equal(await run("SELECT", inputs, ["FLOAT32", [2, 2]]), [1, 2, 7, 8]);
  assert.equal(await run("SELECT_V2", inputs, ["FLOAT32", [2, 2]]), [1, 6, 3, 8]);
});

test("ADD_N of float32 is sums of two", async () => {
  const inputs: Input[] = [1, 10, 100].map((value) => ["FLOAT32", [2], [value, -value]]);
  assert.equal(await run("ADD_N", inputs, ["FLOAT32", [2]]), [111, -111]);
});

test("operators that TensorFlow Lite Micro lacks mean what TFLite says", async () => {
  assert.equal(await run("RELU_0_TO_1", [floats], ["FLOAT32", [4]]), [0, 0, 0.5, 1]);
  assert.equal(await run("SIGN", [floats], ["FLOAT32", [4]]), [-1, -1, 1, 1]);
  assert.equal(await run("POW", [floats, ["FLOAT32", [1], [2]]], ["FLOAT32", [4]]), [4, 0.25, 0.25, 9]);
});

test("GELU is exact, or by tanh where its option says so", async () => {
  const approximate = { optionsType: 116, options: [{ field: 0, bytes: 1 as const, value: 1 }] };
  const [exact, byTanh] = [
    await run("GELU", [floats], ["FLOAT32", [4]], { version: 2 }),
    await run("GELU", [floats], ["FLOAT32", [4]], approximate),
  ];
  const near = (actual: number[], expected: number[]): void =>
    assert.ok(
      actual.every((value, i) => Math.abs(value - (expected[i] as number)) < 1e-6),
      `${actual}`,
    );
  near(exact, [-0.04550026, -0.15426877, 0.34573123, 2.99595031]);
  near(byTanh, [-0.04540229, -0.154286, 0.345714, 2.9963627]);
});

test("CAST to the same dtype changes nothing", async () => {
  assert.equal(await run("CAST", [floats], ["FLOAT32", [4]]), floats[2]);
  assert.equal(await run("CAST", [floats], ["INT32", [4]]), [-2, 0, 0, 3]);
});

test.run();
