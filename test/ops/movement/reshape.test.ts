import { test } from "uvu";
import * as assert from "uvu/assert";
import { signalWorks } from "../../../host/abi/signal-works.js";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor, TensorData } from "../../../host/graph/tensor.js";
import { tfliteMapping } from "../../../host/import/tflite/operators/index.js";
import type { TfliteNode } from "../../../host/import/tflite/operators/mapping.js";
import { reshape as lowering } from "../../../host/lower/movement/reshape.js";
import { reshape } from "../../../host/ops/movement/reshape.js";
import { compareLayers } from "../golden-layers.js";
import { random, runCase } from "../harness.js";
import { asInt8, plain, quantized } from "../quantized-tensors.js";

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

function infer(input: Tensor, shape: readonly number[]): readonly number[] | undefined {
  return reshape.infer({ name: "n", attributes: { shape }, inputs: [input], outputs: [plain([1])] })[0]
    ?.shape;
}

test("reshape keeps the bytes, in place and copied", async () => {
  const data = random(3).int8s(60);
  for (const keepInputs of [false, true]) {
    const [bytes] = await runCase({
      operator: "reshape",
      attributes: { shape: [-1, 12] },
      inputs: [quantized([1, 3, 4, 5], 0.1, 3)],
      outputs: [quantized([5, 12], 0.1, 3)],
      activations: [data],
      keepInputs,
    });
    assert.equal(asInt8(bytes), [...data]);
  }
});

test("reshape emits nothing in place, and one copy of all bytes elsewhere", () => {
  const node = { name: "n", attributes: { shape: [6] }, inputs: [plain([2, 3])], outputs: [plain([6])] };
  const placement = {
    variables: [],
    scratch: 0,
    scratchBytes: 0,
    called: new Set<string>(),
    weights: () => 0,
  };
  assert.equal(lowering.emit(node, { ...placement, inputs: [64], outputs: [64] }), []);
  const [copy, ...more] = lowering.emit(node, { ...placement, inputs: [64], outputs: [128] });
  assert.is(copy?.kernel, "copyRows");
  assert.equal(copy?.values, {
    work: signalWorks.copyRows,
    input: 64,
    output: 128,
    rows: 1,
    bytes: 24,
    stride: 24,
  });
  assert.equal(more, []);
});

test("reshape fills in one length and refuses shapes that do not hold the elements", () => {
  assert.equal(infer(plain([2, 3, 4]), [-1, 6]), [4, 6]);
  assert.equal(infer(plain([2, 3, 4]), [24]), [24]);
  assert.equal(infer(plain([1, 1]), []), []);
  assert.throws(() => infer(plain([2, 3]), [-1, -1]), refused(/at most one -1/));
  assert.throws(() => infer(plain([2, 3]), [0, 6]), refused(/is no shape/));
  assert.throws(() => infer(plain([2, 3]), [-1, 4]), refused(/6 elements do not fit into \[-1, 4\]/));
  assert.throws(() => infer(plain([2, 3]), [7]), refused(/6 elements do not fit/));
});

test("reshape's float reference passes the values on", () => {
  const node = { name: "n", attributes: { shape: [2] }, inputs: [plain([2, 1])], outputs: [plain([2])] };
  assert.equal([...(reshape.reference(node, [Float32Array.of(1, 2)])[0] as Float32Array)], [1, 2]);
});

/** The shape and the kept inputs that a TFLite operator is mapped to. */
function mapped(
  builtin: string,
  inputs: Tensor[],
  list: readonly number[] | undefined,
  output: Tensor,
): unknown {
  const node: TfliteNode = {
    version: 1,
    options: {
      int8: () => 0,
      int32: () => 0,
      float32: () => 0,
      bool: () => false,
      text: () => undefined,
      int32s: () => list,
    },
    customOptions: new Uint8Array(0),
    inputs,
    outputs: [output],
    variable: () => undefined,
    wasUnsigned: () => false,
  };
  const mapping = tfliteMapping(builtin);
  return mapping?.read(node);
}

const constant = (data: TensorData): Tensor => ({ name: "c", dtype: "int32", shape: [data.length], data });

test("TFLite's RESHAPE takes the constant shape, else the options, else the declared output", () => {
  const input = plain([2, 3, 4]);
  const output = plain([4, 6]);
  const to = (...shape: number[]): unknown => ({
    operator: "reshape",
    attributes: { shape },
    inputs: [input],
  });
  assert.equal(mapped("RESHAPE", [input, constant(Int32Array.of(-1, 8))], [6, 4], output), to(-1, 8));
  assert.equal(mapped("RESHAPE", [input, constant(BigInt64Array.of(3n, 8n))], undefined, output), to(3, 8));
  assert.equal(mapped("RESHAPE", [input], [6, 4], output), to(6, 4));
  assert.equal(mapped("RESHAPE", [input], undefined, output), to(4, 6));
  assert.equal(mapped("RESHAPE", [input, plain([2], "int32")], [9], output), to(4, 6));
});

test("TFLite's SQUEEZE and EXPAND_DIMS become reshapes", () => {
  const shapeOf = (...values: Parameters<typeof mapped>): unknown =>
    (mapped(...values) as { attributes: { shape: unknown } }).attributes.shape;
  assert.equal(shapeOf("SQUEEZE", [plain([1, 5, 1, 2])], undefined, plain([5, 2])), [5, 2]);
  assert.equal(shapeOf("SQUEEZE", [plain([1, 5, 1, 2])], [-2], plain([1, 5, 2])), [1, 5, 2]);
  assert.throws(
    () => mapped("SQUEEZE", [plain([1, 5])], [1], plain([1])),
    refused(/length 5; 1 is expected/),
  );
  assert.throws(() => mapped("SQUEEZE", [plain([1, 5])], [2], plain([1])), refused(/axis 2/));
  assert.equal(
    shapeOf("EXPAND_DIMS", [plain([4, 5]), constant(Int32Array.of(-1))], undefined, plain([4, 5, 1])),
    [4, 5, 1],
  );
  assert.equal(
    shapeOf("EXPAND_DIMS", [plain([4, 5]), constant(Int32Array.of(0))], undefined, plain([1, 4, 5])),
    [1, 4, 5],
  );
  assert.throws(
    () => mapped("EXPAND_DIMS", [plain([4]), plain([1], "int32")], undefined, plain([4, 1])),
    refused(/constant/),
  );
  assert.throws(
    () => mapped("EXPAND_DIMS", [plain([4]), constant(Int32Array.of(2))], undefined, plain([4, 1])),
    refused(/axis 2/),
  );
});

test("reshape gives the bytes of TensorFlow Lite Micro on real layers", async () => {
  for (const id of [
    "mlperf-tiny-kws_ref_model",
    "mlperf-tiny-pretrainedResnet_quant",
    "tflm-micro_speech_quantized",
    "tflm-person_detect",
  ]) {
    const compared = await compareLayers(id, "reshape");
    if (compared !== undefined) assert.is(compared, 1, id);
  }
});

test.run();
