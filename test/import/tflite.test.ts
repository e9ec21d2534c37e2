import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError, WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { errorOf } from "../error-of.js";
import { smallModel, type WrittenModel, writeTflite } from "./tflite-writer.js";

const read = (bytes: Uint8Array, path = "model.tflite") =>
  importModel(path, bytes, (name) => {
    throw new WasmoteError("file-unreadable", name);
  });

/** The error that importing gives. */
const refusal = (bytes: Uint8Array, path?: string) => errorOf(read(bytes, path));

const changed = (change: (model: WrittenModel) => void): Uint8Array => {
  const model = smallModel();
  change(model);
  return writeTflite(model);
};

test("a valid model becomes a graph", async () => {
  const graph = await read(writeTflite(smallModel()));
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["conv2d", "reshape", "fullyConnected"],
  );
  assert.equal(graph.inputs, [0]);
  assert.equal(graph.tensors[1]?.quantization?.scale.length, 3);
  assert.equal([...(graph.tensors[1]?.data ?? [])].slice(0, 3), [7, 44, 81]);
});

test("an empty file, random bytes and another format are told apart", async () => {
  assert.is((await refusal(new Uint8Array(0))).code, "file-empty");
  const random = Uint8Array.from({ length: 64 }, (_, i) => (i * 89) & 0xff);
  assert.is((await refusal(random)).code, "model-corrupt");
  assert.is((await refusal(Uint8Array.of(1, 2, 3, 4), "model.dat")).code, "format-unknown");
  assert.is((await refusal(Uint8Array.of(8, 7, 6), "model.onnx")).code, "model-corrupt");
});

test("every truncation of a valid model that cuts more than its last padding is refused", async () => {
  const whole = writeTflite(smallModel());
  const padding = 3;
  for (let length = 1; length < whole.length - padding; length++) {
    const { code } = await refusal(whole.subarray(0, length));
    assert.ok(["model-corrupt", "model-invalid"].includes(code), `${length} bytes: ${code}`);
  }
});

test("everything unsupported is listed at once", async () => {
  const error = await refusal(
    changed((model) => {
      for (const builtin of ["LSTM", "TOPK_V2"]) {
        const at =
          model.tensors.push({ name: builtin, type: "INT8", shape: [1, 5], scale: [0.1], zeroPoint: [0] }) -
          1;
        model.nodes.push({ builtin, inputs: [6], outputs: [at] });
      }
      (model.nodes[0] as { version: number }).version = 99;
    }),
  );
  assert.instance(error, UnsupportedModelError);
  assert.equal(
    (error as UnsupportedModelError).refusals.map(({ operator, reason }) => `${operator}: ${reason}`),
    [
      "CONV_2D: version 99 is newer than 8",
      "LSTM: the operator is not supported",
      "TOPK_V2: the operator is not supported",
    ],
  );
  assert.match(error.message, /model\.tflite/);
});

test("operators' own checks and tensors' problems are listed beside unknown operators, in TFLite's words", async () => {
  const error = await refusal(
    changed((model) => {
      (model.nodes[0] as { builtin: string }).builtin = "CONV_3D";
      Object.assign(model.tensors[3] as object, { type: "COMPLEX64" });
      Object.assign(model.tensors[6] as object, { scale: undefined });
    }),
  );
  assert.equal(
    (error as UnsupportedModelError).refusals.map(({ index, operator, reason }) => [index, operator, reason]),
    [
      [0, "CONV_3D", "the operator is not supported"],
      [0, "CONV_3D", 'tensor "features" has dtype COMPLEX64, which is not supported'],
      [1, "RESHAPE", 'tensor "features" has dtype COMPLEX64, which is not supported'],
      [2, "FULLY_CONNECTED", 'tensor "output" has no scale and zero point for the whole tensor'],
    ],
  );
});

test("cycles and indices out of range are invalid, with the place", async () => {
  const cycle = await refusal(changed((model) => model.nodes.reverse()));
  assert.is(cycle.code, "model-invalid");
  assert.match(cycle.message, /cycle or are out of order/);
  for (const index of [8, -2, 2 ** 30]) {
    const error = await refusal(
      changed((model) => {
        (model.nodes[2] as { inputs: number[] }).inputs[0] = index;
      }),
    );
    assert.is(error.code, "model-invalid", String(index));
  }
  assert.is((await refusal(changed((model) => model.outputs.push(77)))).code, "model-invalid");
  assert.is((await refusal(changed((model) => model.inputs.push(0)))).code, "model-invalid");
  const without = changed((model) => {
    model.inputs = [];
  });
  assert.is((await refusal(without)).code, "model-invalid");
});

test("tensors whose data, shape or quantization contradict each other are refused", async () => {
  const cases: [RegExp, (model: WrittenModel) => void][] = [
    [
      /53 bytes of data, its shape takes 54/,
      (m) => Object.assign(m.tensors[1] as object, { data: new Uint8Array(53) }),
    ],
    [/2 scales/, (m) => Object.assign(m.tensors[1] as object, { scale: [0.1, 0.2] })],
    [/declared as 1x4x4x4/, (m) => Object.assign(m.tensors[3] as object, { shape: [1, 4, 4, 4] })],
    [/dtype COMPLEX64/, (m) => Object.assign(m.tensors[0] as object, { type: "COMPLEX64" })],
    [/no scale and zero point/, (m) => Object.assign(m.tensors[0] as object, { scale: undefined })],
    [/scale 0;/, (m) => Object.assign(m.tensors[0] as object, { scale: [0] })],
    [/zero point 300/, (m) => Object.assign(m.tensors[0] as object, { zeroPoint: [300] })],
    [/shape \[1, -6, 6, 2\]/, (m) => Object.assign(m.tensors[0] as object, { shape: [1, -6, 6, 2] })],
    [/rank 4/, (m) => Object.assign(m.tensors[0] as object, { shape: [36, 2] })],
  ];
  for (const [pattern, change] of cases) assert.match((await refusal(changed(change))).message, pattern);
});

test("float weights that are not finite are refused", async () => {
  const error = await refusal(
    changed((model) => {
      Object.assign(model.tensors[5] as object, {
        type: "FLOAT32",
        data: new Uint8Array(new Float32Array(240).fill(Number.NaN).buffer),
      });
    }),
  );
  assert.is(error.code, "weights-not-finite");
  assert.match(error.message, /weights/);
});

test.run();
