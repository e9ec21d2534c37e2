import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { hardSwish } from "../../../host/ops/elementwise/hard-swish.js";
import { divideByPower } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";

/** A real number as a multiplier of 15 bits and an exponent: real = multiplier / 2^15 * 2^exponent. */
function split(real: number): { multiplier: bigint; exponent: number } {
  let exponent = 0;
  let fraction = real;
  for (; fraction >= 1; fraction /= 2) exponent++;
  for (; fraction < 0.5; fraction *= 2) exponent--;
  const rounded = divideByPower(BigInt(Math.round(fraction * 2 ** 31)), 16);
  return { multiplier: rounded > 32767n ? 32767n : rounded, exponent };
}

const int16 = (value: bigint): bigint => (value > 32767n ? 32767n : value < -32768n ? -32768n : value);

/** TFLite's int8 hard swish of one difference to the zero point, before the output's zero point is added. */
function specified(difference: number, scale: number, outputScale: number): number {
  const fine = Math.fround(scale * Math.fround(1 / 128));
  const output = split(Math.fround(fine / outputScale));
  const gate = split(Math.fround(fine / Math.fround(3 / 32768)));
  const value = BigInt(difference) * 128n;
  const nearest = (a: bigint, b: bigint): bigint => int16((2n * a * b + 2n ** 15n) >> 16n);
  const left = gate.exponent > 0;
  let fraction = left ? int16(value << BigInt(gate.exponent - 1)) : value;
  fraction = nearest(fraction, gate.multiplier);
  fraction = left ? int16(fraction * 2n) : divideByPower(fraction, -gate.exponent);
  const product = (((fraction + 32768n) >> 1n) * nearest(value, output.multiplier)) / 32768n;
  return Number(divideByPower(int16(product), -output.exponent));
}

async function run(input: Tensor, output: Tensor, keepInputs: boolean): Promise<number[]> {
  const [bytes] = await runCase({
    operator: "hardSwish",
    attributes: {},
    inputs: [input],
    outputs: [output],
    activations: [everyInt8],
    keepInputs,
  });
  return asInt8(bytes);
}

test("hardSwish gives the bytes of the specification for random parameters", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const source = random(seed);
    const scale = drawScale(source.real, 1e-4, 1);
    const outputScale = drawScale(source.real, scale / 100, scale * 10);
    const [zeroPoint, outputZeroPoint] = [source.integer(-128, 127), source.integer(-128, 127)];
    const expected = Array.from(everyInt8, (q) =>
      Math.min(127, Math.max(-128, specified(q - zeroPoint, scale, outputScale) + outputZeroPoint)),
    );
    const input = quantized([256], scale, zeroPoint);
    const output = quantized([256], outputScale, outputZeroPoint);
    assert.equal(await run(input, output, seed % 2 === 0), expected, `seed ${seed}`);
  }
});

test("hardSwish gives the bytes of the specification where a multiplier is just below a power of two", async () => {
  for (const scale of [1, 0.5, Math.fround(3 / 256), Math.fround(0.011718749)]) {
    const outputScale = Math.fround((scale / 128) * 1.000001);
    const expected = Array.from(everyInt8, (q) =>
      Math.min(127, Math.max(-128, specified(q, scale, outputScale))),
    );
    assert.equal(await run(quantized([256], scale, 0), quantized([256], outputScale, 0), false), expected);
  }
});

test("hardSwish stays within one step of the real function", async () => {
  const real = (value: number): number => (value * Math.min(6, Math.max(0, value + 3))) / 6;
  const [scale, outputScale] = [Math.fround(0.05), Math.fround(0.03)];
  const actual = await run(quantized([256], scale, 0), quantized([256], outputScale, -100), false);
  everyInt8.forEach((q, i) => {
    const expected = Math.min(127, real(q * scale) / outputScale - 100);
    assert.ok(Math.abs((actual[i] as number) - expected) <= 1, `input ${q}: ${actual[i]}, not ${expected}`);
  });
  const node = { name: "n", attributes: {}, inputs: [plain([4])], outputs: [plain([4])] };
  const [values] = hardSwish.reference(node, [Float32Array.of(-4, -1.5, 1.5, 4)]);
  assert.equal([...(values as Float32Array)], [-0, -0.375, 1.125, 4]);
});

test("hardSwish refuses what TFLite's kernel does not compute, with the reason", () => {
  const infer = (input: Tensor, output: Tensor) => () =>
    hardSwish.infer({ name: "n", attributes: {}, inputs: [input], outputs: [output] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(
    infer(quantized([4], 1, 0), quantized([4], 0.001, 0)),
    refused(/below 1\/128 of the input's scale/),
  );
  assert.throws(infer(plain([4], "int16"), plain([4], "int16")), refused(/int16/));
});

test.run();
