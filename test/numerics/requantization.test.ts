import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  multiplyByQuantizedMultiplier,
  multiplyOnce,
  quantizeMultiplier,
} from "../../host/numerics/requantization.js";
import { fullyConnected } from "../../host/ops/matrix/fully-connected.js";
import { random, runCase } from "../ops/harness.js";
import { asInt8, plain, quantized } from "../ops/quantized-tensors.js";

test("a multiplier of 2^30 and more is the largest one, since no shift to the left of int32 goes further", () => {
  assert.equal(quantizeMultiplier(2 ** 30 * 0.75), { multiplier: 0.75 * 2 ** 31, shift: 30 });
  const largest = { multiplier: 2 ** 31 - 1, shift: 30 };
  for (const real of [2 ** 30, 2 ** 31, 3e38]) assert.equal(quantizeMultiplier(real), largest, `${real}`);
});

test("a multiplier below 2^-32 is 0, and 2^-32 is not", () => {
  assert.equal(quantizeMultiplier(2 ** -32), { multiplier: 2 ** 30, shift: -31 });
  assert.equal(quantizeMultiplier(2 ** -32 * (1 - 2 ** -30)), { multiplier: 0, shift: 0 });
  assert.equal(quantizeMultiplier(0), { multiplier: 0, shift: 0 });
});

test("a factor that rounds up to the next power of two is that power", () => {
  assert.equal(quantizeMultiplier(1 - 2 ** -40), { multiplier: 2 ** 30, shift: 1 });
});

test("one rounding goes to the nearest, where two go astray now and then", () => {
  const { real, integer } = random(5);
  let astray = 0;
  for (let i = 0; i < 20_000; i++) {
    const factor = 2 ** (4 - 16 * real());
    const sum = integer(-Math.floor(130 / factor), Math.floor(130 / factor));
    const by = quantizeMultiplier(factor);
    const off = (value: number): number => Math.abs(value - sum * factor);
    assert.ok(off(multiplyOnce(sum, by)) <= 0.5 + 2 ** -20, `${sum} * ${factor}`);
    if (off(multiplyByQuantizedMultiplier(sum, by)) > 0.5 + 2 ** -20) astray++;
  }
  assert.ok(astray > 0);
});

test("fullyConnected with the largest multiplier saturates by the sum's sign", async () => {
  const input = quantized([1, 1], 2 ** 20, 0);
  const weights = {
    ...plain([2, 1], "int8"),
    data: Int8Array.of(1, -1),
    quantization: { scale: [2 ** 20], zeroPoint: [0], axis: 0 },
  };
  const [bytes] = await runCase({
    operator: fullyConnected.name,
    attributes: { activation: "none", keepAxes: false },
    inputs: [input, weights, undefined],
    outputs: [quantized([1, 2], 1, 0)],
    activations: [Int8Array.of(1)],
  });
  assert.equal(asInt8(bytes), [127, -128]);
});

test.run();
