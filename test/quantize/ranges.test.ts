import { test } from "uvu";
import * as assert from "uvu/assert";
import { rangeOf } from "../../host/quantize/calibrate.js";
import { constantValues } from "../../host/quantize/float-executor.js";

test("one NaN among numbers makes a range NaN, wherever it stands", () => {
  assert.equal(rangeOf(Float32Array.of(3, -1, 2)), { min: -1, max: 3 });
  for (const at of [0, 1, 2]) {
    const values = Float32Array.of(3, -1, 2);
    values[at] = Number.NaN;
    assert.equal(rangeOf(values), { min: Number.NaN, max: Number.NaN }, `NaN at ${at}`);
  }
});

test("constants are dequantized by the channel of their axis", () => {
  const data = Int8Array.from({ length: 12 }, (_, i) => i);
  const shape = [2, 3, 2];
  const real = (axis: number, scale: number[], zeroPoint: number[]) =>
    Array.from(
      constantValues({
        name: "g",
        tensors: [{ name: "c", dtype: "int8", shape, data, quantization: { scale, zeroPoint, axis } }],
        nodes: [],
        inputs: [],
        outputs: [],
      })[0] as Float32Array,
    );
  const expected = (channel: (i: number) => number, scale: number[], zeroPoint: number[]) =>
    Array.from(data, (q, i) => (scale[channel(i)] as number) * (q - (zeroPoint[channel(i)] as number)));
  const scales = [1, 10, 100];
  const points = [0, 1, -2];
  assert.equal(
    real(0, [1, 10], [0, 1]),
    expected((i) => Math.floor(i / 6), [1, 10], [0, 1]),
  );
  assert.equal(
    real(1, scales, points),
    expected((i) => Math.floor(i / 2) % 3, scales, points),
  );
  assert.equal(
    real(2, [1, 10], [0, 1]),
    expected((i) => i % 2, [1, 10], [0, 1]),
  );
  assert.equal(
    real(2, [0.5], [3]),
    expected(() => 0, [0.5], [3]),
  );
});

test.run();
