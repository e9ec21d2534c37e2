import { test } from "uvu";
import * as assert from "uvu/assert";
import type { DType } from "../../../host/graph/tensor.js";
import { rfftOf } from "../../../host/ops/signal/fft.js";
import { random } from "../harness.js";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (dtype: DType, shape: readonly number[], length: number) => ({
  operator: "irfft",
  attributes: { length },
  inputs: [tensor(dtype, shape)],
});

const lengths = [4, 6, 8, 10, 12, 16, 18, 30, 32, 50, 64, 120, 256];

test("samples are those of the reference, to the bit, for lengths of every radix", async () => {
  for (const length of lengths) {
    const { real } = random(length);
    const reals = Array.from({ length: length + 2 }, () => Math.fround(real() - 0.5));
    await matchReference(given("float32", [length + 2], length), [reals]);
    await matchReference(given("int16", [length + 2], length), [noise(length, length + 2, -32768, 32767)]);
    await matchReference(given("int32", [length + 2], length), [
      noise(length, length + 2, -(2 ** 30), 2 ** 30),
    ]);
  }
  await matchReference(given("int16", [3, 18], 16), [noise(1, 54, -32768, 32767)]);
});

test("float32 samples come back from their spectrum", async () => {
  for (const length of lengths) {
    const { real } = random(length);
    const samples = Float32Array.from({ length }, () => real() - 0.5);
    const spectrum = rfftOf("float32", samples, length / 2);
    const [back] = await matchReference(given("float32", [length + 2], length), [spectrum]);
    for (const [i, sample] of samples.entries())
      assert.ok(Math.abs((back?.[i] as number) - sample) < 1e-6, `${length}, sample ${i}`);
  }
});

test("spectra of another length are refused", () => {
  assert.match(refusalOf(given("int16", [16], 16)), /16 elements; 18 are expected/);
  assert.match(refusalOf(given("uint8", [18], 16)), /uint8; int16, int32 or float32/);
});

test.run();
