import { test } from "uvu";
import * as assert from "uvu/assert";
import type { DType } from "../../../host/graph/tensor.js";
import { radicesOf } from "../../../host/ops/signal/fft.js";
import { random } from "../harness.js";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (dtype: DType, shape: readonly number[], length: number) => ({
  operator: "rfft",
  attributes: { length },
  inputs: [tensor(dtype, shape)],
});

/** Lengths of stages of radix 4 and 2, and of 3 and 5; half of them even and odd. */
const lengths = [4, 6, 8, 10, 12, 16, 18, 30, 32, 50, 60, 64, 120, 256];

/** Noise of all magnitudes that a type takes. */
function samples(dtype: DType, seed: number, count: number): number[] {
  if (dtype === "int16") return noise(seed, count, -32768, 32767);
  if (dtype === "int32") return noise(seed, count, -(2 ** 30), 2 ** 30);
  const { real } = random(seed);
  return Array.from({ length: count }, () => Math.fround((real() - 0.5) * 4));
}

for (const dtype of ["int16", "int32", "float32"] as const) {
  test(`spectra of ${dtype} are those of the reference, to the bit, for lengths of every radix`, async () => {
    for (const length of lengths)
      await matchReference(given(dtype, [length], length), [samples(dtype, length, length)]);
    await matchReference(given(dtype, [2, 13], 16), [samples(dtype, 7, 26)]);
  });
}

test("spectra are near those of the definition", async () => {
  for (const length of lengths) {
    const input = samples("float32", length, length);
    const [single] = await matchReference(given("float32", [length], length), [input]);
    const scaled = input.map((value) => Math.round(value * 16000));
    const [fixed] = await matchReference(given("int16", [length], length), [scaled]);
    for (let k = 0; k <= length / 2; k++) {
      let [real, imaginary] = [0, 0];
      for (const [i, value] of input.entries()) {
        real += value * Math.cos((2 * Math.PI * i * k) / length);
        imaginary -= value * Math.sin((2 * Math.PI * i * k) / length);
      }
      for (const [part, value] of [real, imaginary].entries()) {
        assert.ok(Math.abs((single?.[2 * k + part] as number) - value) < 1e-4, `${length}, bin ${k}`);
        const exact = (value * 16000) / length;
        assert.ok(Math.abs((fixed?.[2 * k + part] as number) - exact) < 10, `int16, ${length}, bin ${k}`);
      }
    }
  }
});

test("a transform has as many stages of radix 4 as there are, then 2, 3 and 5", () => {
  assert.equal(radicesOf(8), [4, 2]);
  assert.equal(radicesOf(240), [4, 4, 3, 5]);
  assert.equal(radicesOf(90), [2, 3, 3, 5]);
});

test("lengths that are no products of 2, 3 and 5, and rows that are too long, are refused", () => {
  assert.match(refusalOf(given("int16", [14], 14)), /length is 14; an even number .* 2, 3 and 5/);
  assert.match(refusalOf(given("int16", [15], 15)), /length is 15; an even number/);
  assert.match(refusalOf(given("int16", [2], 2)), /length is 2; a whole number from 4/);
  assert.match(refusalOf(given("int16", [17], 16)), /last axis is 17; a whole number from 1 to 16/);
  assert.match(refusalOf(given("int8", [16], 16)), /int8; int16, int32 or float32 is expected/);
  assert.match(refusalOf(given("int16", [], 16)), /scalar/);
});

test.run();
