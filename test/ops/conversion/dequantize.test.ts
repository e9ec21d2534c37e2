import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { dequantize } from "../../../host/ops/conversion/dequantize.js";
import { random, runCase } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";

test("dequantize multiplies in float32, for every byte and random parameters", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const source = random(seed);
    const signed = seed % 2 === 0;
    const scale = drawScale(source.real, 1e-9, 1e6);
    const zeroPoint = signed ? source.integer(-128, 127) : source.integer(0, 255);
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const [bytes] = (await runCase({
      operator: "dequantize",
      attributes: {},
      inputs: [quantized([256], scale, zeroPoint, signed ? "int8" : "uint8")],
      outputs: [plain([256])],
      activations: [data],
    })) as [Uint8Array];
    const values = new Float32Array(bytes.slice().buffer);
    const expected = Array.from(data, (byte) => {
      const q = signed && byte > 127 ? byte - 256 : byte;
      return Math.fround(scale * (q - zeroPoint)) + 0;
    });
    assert.equal(
      Array.from(values, (value) => value + 0),
      expected,
      `seed ${seed}`,
    );
  }
});

test("dequantize multiplies in float32 what has 16 and 32 bits", async () => {
  const data = {
    int16: Int16Array.of(-32768, -1, 0, 77, 32767),
    int32: Int32Array.of(-(2 ** 31), -5, 123456789),
  };
  for (const [dtype, values] of Object.entries(data) as ["int16" | "int32", Int16Array | Int32Array][]) {
    const scale = Math.fround(0.0123);
    const [bytes] = (await runCase({
      operator: "dequantize",
      attributes: {},
      inputs: [quantized([values.length], scale, 3, dtype)],
      outputs: [plain([values.length])],
      activations: [values],
    })) as [Uint8Array];
    const expected = Array.from(values, (q) => Math.fround(scale * Math.fround((q - 3) | 0)));
    assert.equal([...new Float32Array(bytes.slice().buffer)], expected, dtype);
  }
});

test("dequantize's float reference passes real values on", () => {
  const node = { name: "n", attributes: {}, inputs: [quantized([2], 1, 0)], outputs: [plain([2])] };
  assert.equal([...(dequantize.reference(node, [Float32Array.of(1.5, -2)])[0] as Float32Array)], [1.5, -2]);
});

test("dequantize refuses what it cannot compute, with the reason", () => {
  const infer = (input: Tensor) => () =>
    dequantize.infer({ name: "n", attributes: {}, inputs: [input], outputs: [plain([4])] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(plain([4], "int64")), refused(/int64; int8, uint8, int16, int32/));
  assert.throws(infer(plain([4], "int8")), refused(/no scale/));
  assert.throws(infer(quantized([4], Number.NaN, 0)), refused(/scale NaN/));
});

test.run();
