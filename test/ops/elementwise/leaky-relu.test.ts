import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { leakyRelu } from "../../../host/ops/elementwise/leaky-relu.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";
import type { Parameters } from "./elementwise-cases.js";

/** The output of TFLite Micro's kernel for an integer: of a negative slope the magnitude, whose sign is changed after. */
function leaky(
  q: number,
  from: Parameters,
  to: Parameters,
  alpha: number,
  low: number,
  high: number,
): number {
  const value = q - from.zeroPoint;
  const slope = Math.fround(Math.fround(from.scale * alpha) / to.scale);
  const rescaled =
    value >= 0
      ? rescale(value, Math.fround(from.scale / to.scale))
      : Math.sign(slope) * rescale(value, Math.abs(slope));
  return Math.min(high, Math.max(low, to.zeroPoint + rescaled)) + 0;
}

test("leakyRelu gives the bytes of the specification for random parameters and alphas", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const source = random(seed);
    const [scale, outputScale] = [drawScale(source.real, 1e-3, 1), drawScale(source.real, 1e-3, 1)];
    const [zeroPoint, outputZeroPoint] = [source.integer(-128, 127), source.integer(-128, 127)];
    const alpha = [0.2, 0.01, 0, 1.5, -0.3].map(Math.fround)[seed % 5] as number;
    const [from, to] = [
      { scale, zeroPoint },
      { scale: outputScale, zeroPoint: outputZeroPoint },
    ];
    const expected = Array.from(everyInt8, (q) => leaky(q, from, to, alpha, -128, 127));
    const [bytes] = await runCase({
      operator: "leakyRelu",
      attributes: { alpha },
      inputs: [quantized([256], scale, zeroPoint)],
      outputs: [quantized([256], outputScale, outputZeroPoint)],
      activations: [everyInt8],
      keepInputs: seed % 2 === 0,
    });
    assert.equal(asInt8(bytes), expected, `seed ${seed}, alpha ${alpha}`);
  }
});

test("leakyRelu of a negative alpha changes the sign after rounding, where it matters: -13 of scale 1.5 to 0.04", async () => {
  const [scale, outputScale] = [1.5, Math.fround(0.04)];
  const [bytes] = await runCase({
    operator: "leakyRelu",
    attributes: { alpha: -0.5 },
    inputs: [quantized([256], scale, 0)],
    outputs: [quantized([256], outputScale, 9)],
    activations: [everyInt8],
  });
  const [from, to] = [
    { scale, zeroPoint: 0 },
    { scale: outputScale, zeroPoint: 9 },
  ];
  const expected = Array.from(everyInt8, (q) => leaky(q, from, to, -0.5, -128, 127));
  const slope = Math.fround(Math.fround(scale * -0.5) / outputScale);
  const otherwise = Array.from(everyInt8, (q) => Math.min(127, 9 + rescale(q, slope))).slice(0, 128);
  assert.is(otherwise.filter((value, i) => value !== expected[i]).length, 2);
  assert.equal(asInt8(bytes), expected);
});

test("leakyRelu of int16 gives the integers of the specification", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const source = random(seed);
    const [scale, outputScale] = [drawScale(source.real, 1e-5, 1e-3), drawScale(source.real, 1e-5, 1e-3)];
    const alpha = [0.2, 0.01, 1.5, -0.3].map(Math.fround)[seed % 4] as number;
    const data = Int16Array.from({ length: 500 }, () => source.integer(-32768, 32767));
    const [bytes] = (await runCase({
      operator: "leakyRelu",
      attributes: { alpha },
      inputs: [quantized([500], scale, 0, "int16")],
      outputs: [quantized([500], outputScale, 0, "int16")],
      activations: [data],
      keepInputs: seed % 2 === 0,
    })) as [Uint8Array];
    const [from, to] = [
      { scale, zeroPoint: 0 },
      { scale: outputScale, zeroPoint: 0 },
    ];
    const expected = Array.from(data, (q) => leaky(q, from, to, alpha, -32768, 32767));
    assert.equal([...new Int16Array(bytes.slice().buffer)], expected, `seed ${seed}, alpha ${alpha}`);
  }
});

test("leakyRelu's float reference is the real function", () => {
  const node = { name: "n", attributes: { alpha: 0.5 }, inputs: [plain([3])], outputs: [plain([3])] };
  assert.equal(
    [...(leakyRelu.reference(node, [Float32Array.of(-3, 0, 3)])[0] as Float32Array)],
    [-1.5, 0, 3],
  );
});

test("leakyRelu refuses what it cannot compute, with the reason", () => {
  const infer = (input: Tensor, output: Tensor, alpha: number) => () =>
    leakyRelu.infer({ name: "n", attributes: { alpha }, inputs: [input], outputs: [output] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(quantized([4], 1, 0), quantized([4], 1, 0), Number.NaN), refused(/alpha is NaN/));
  assert.throws(infer(quantized([4], 1, 0), quantized([4], 1, 0), 1e9), refused(/too large/));
  assert.throws(infer(plain([4], "uint8"), plain([4], "uint8"), 0.1), refused(/uint8/));
});

test.run();
