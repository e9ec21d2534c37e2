import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { errorOf } from "../error-of.js";
import { type WrittenModel, type WrittenTensor, writeTflite } from "./tflite-writer.js";

const graphOf = (model: WrittenModel): Promise<Graph> =>
  importModel("model.tflite", writeTflite(model), () => new Uint8Array(0));

async function refused(model: WrittenModel, reason: RegExp): Promise<void> {
  const error = await errorOf(graphOf(model));
  assert.is(error.code, "model-unsupported");
  assert.match(error.message, reason);
}

const real = (name: string, ...shape: number[]): WrittenTensor => ({ name, type: "FLOAT32", shape });

const ints = (name: string, ...values: number[]): WrittenTensor => ({
  name,
  type: "INT32",
  shape: [values.length],
  data: new Uint8Array(Int32Array.from(values).buffer),
});

/** What a model of one input and one output of float32 makes of numbers. */
async function outputOf(model: WrittenModel, numbers: number[]): Promise<number[]> {
  const { wasm } = await buildModel(await graphOf(model));
  const runner = await openRunner("node", wasm, openModule(wasm), { tier: "portable" });
  runner.writeInput(0, new Uint8Array(Float32Array.from(numbers).buffer));
  runner.run();
  const output = runner.readOutput(0).slice();
  runner.close();
  return [...new Float32Array(output.buffer)];
}

/** A reshape of 2x6 to [3, -1], whose output's shape the file knows in part or not, and a negation. */
const reshaped = (own: Partial<WrittenTensor>): WrittenModel => ({
  tensors: [real("in", 2, 6), ints("shape", 3, -1), { ...real("reshaped", 1, 1), ...own }, real("out", 3, 4)],
  nodes: [
    { builtin: "RESHAPE", inputs: [0, 1], outputs: [2] },
    { builtin: "NEG", inputs: [2], outputs: [3] },
  ],
  inputs: [0],
  outputs: [3],
});

test("a length that the file leaves open is what the inputs make it", async () => {
  for (const own of [{ signature: [-1, -1] }, { signature: [3, -1], shape: [3, 1] }, { shape: [] }])
    assert.equal((await graphOf(reshaped(own))).tensors[2]?.shape, [3, 4]);
  await refused(
    reshaped({ signature: [5, -1], shape: [5, 1] }),
    /declared as 5x1 float32, but the inputs make it 3x4/,
  );
  await refused(reshaped({ signature: [-1], shape: [1] }), /declared as 1 float32/);
  await refused(reshaped({ signature: [1, 1] }), /declared as 1x1 float32/);
});

test("a transposed convolution's output has the shape that is stated, where the file leaves it open", async () => {
  const weights = { ...real("weights", 1, 2, 2, 1), data: new Uint8Array(new Float32Array(4).buffer) };
  const graph = await graphOf({
    tensors: [
      ints("shape", 1, 6, 4, 1),
      weights,
      real("in", 1, 3, 2, 1),
      { ...real("out", 1, 1, 1, 1), signature: [-1, -1, -1, 1] },
    ],
    nodes: [
      {
        builtin: "TRANSPOSE_CONV",
        inputs: [0, 1, 2],
        outputs: [3],
        optionsType: 49,
        options: [
          { field: 1, bytes: 4, value: 2 },
          { field: 2, bytes: 4, value: 2 },
        ],
      },
    ],
    inputs: [2],
    outputs: [3],
  });
  assert.equal(graph.tensors[3]?.shape, [1, 6, 4, 1]);
});

test("a slice without elements is left out of a concatenation", async () => {
  const model: WrittenModel = {
    tensors: [
      real("in", 2, 2),
      ints("begin", 0, 0),
      ints("size", 0, 2),
      { ...real("nothing", 1, 1), signature: [-1, -1] },
      real("out", 2, 2),
    ],
    nodes: [
      { builtin: "SLICE", inputs: [0, 1, 2], outputs: [3] },
      { builtin: "CONCATENATION", inputs: [3, 0], outputs: [4] },
    ],
    inputs: [0],
    outputs: [4],
  };
  assert.equal(await outputOf(model, [1, 2, 3, 4]), [1, 2, 3, 4]);
});

test("a bias of float16 is one of float32, stored in as few bits", async () => {
  const half = (name: string, shape: number[], ...values: number[]): WrittenTensor => ({
    name,
    type: "FLOAT16",
    shape,
    data: new Uint8Array(Uint16Array.from(values).buffer),
  });
  const model: WrittenModel = {
    tensors: [
      real("in", 1, 2),
      half("weights", [1, 2], 0x3c00, 0xc000),
      half("bias", [1], 0x3800),
      real("wide weights", 1, 2),
      real("wide bias", 1),
      real("out", 1, 1),
    ],
    nodes: [
      { builtin: "DEQUANTIZE", inputs: [1], outputs: [3] },
      { builtin: "DEQUANTIZE", inputs: [2], outputs: [4] },
      { builtin: "FULLY_CONNECTED", inputs: [0, 3, 4], outputs: [5] },
    ],
    inputs: [0],
    outputs: [5],
  };
  assert.equal(await outputOf(model, [3, 5]), [3 - 10 + 0.5]);
  assert.is((await graphOf(model)).tensors[3]?.stored, "float16");
});

test.run();
