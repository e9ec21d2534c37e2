import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { leakyRelu } from "../../../host/ops/elementwise/leaky-relu.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";

test("leakyRelu gives the bytes of the specification for random parameters and alphas", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const source = random(seed);
    const [scale, outputScale] = [drawScale(source.real, 1e-3, 1), drawScale(source.real, 1e-3, 1)];
    const [zeroPoint, outputZeroPoint] = [source.integer(-128, 127), source.integer(-128, 127)];
    const alpha = [0.2, 0.01, 0, 1.5, -0.3].map(Math.fround)[seed % 5] as number;
    const identity = Math.fround(scale / outputScale);
    const slope = Math.fround(Math.fround(scale * alpha) / outputScale);
    const expected = Array.from(everyInt8, (q) => {
      const value = q - zeroPoint;
      return Math.min(127, Math.max(-128, outputZeroPoint + rescale(value, value < 0 ? slope : identity)));
    });
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
