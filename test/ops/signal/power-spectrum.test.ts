import { test } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (shape: readonly number[], changes: object = {}, window?: ArrayLike<number>): SignalCase => ({
  operator: "powerSpectrum",
  attributes: { length: 16, form: "power", scale: 1, ...changes },
  inputs: [
    tensor("float32", shape),
    ...(window === undefined ? [] : [tensor("float32", [window.length], window)]),
  ],
});

function samples(seed: number, count: number): number[] {
  const { real } = random(seed);
  return Array.from({ length: count }, () => Math.fround((real() - 0.5) * 2));
}

const hann = (length: number): number[] =>
  Array.from({ length }, (_, i) => Math.fround(0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)));

/** The power of each bin by the transform's definition, in double precision. */
function defined(input: readonly number[], length: number): number[] {
  return Array.from({ length: length / 2 + 1 }, (_, k) => {
    let [real, imaginary] = [0, 0];
    for (const [i, value] of input.entries()) {
      real += value * Math.cos((2 * Math.PI * i * k) / length);
      imaginary -= value * Math.sin((2 * Math.PI * i * k) / length);
    }
    return real * real + imaginary * imaginary;
  });
}

test("powers are those of the reference, to the bit, for rows of any length and radix", async () => {
  for (const length of [4, 6, 16, 60, 256]) {
    await matchReference(given([2, length], { length }), [samples(length, 2 * length)]);
    const short = length - 1;
    const windowed = given([3, short], { length, form: "magnitude", scale: 1 / length }, hann(short));
    await matchReference(windowed, [samples(length, 3 * short)]);
  }
});

test("powers are within 2^-20 of the largest of those of the definition", async () => {
  for (const length of [8, 64, 512, 1024]) {
    const input = samples(length, length - 3);
    const window = hann(length - 3);
    const exact = defined(
      input.map((value, i) => value * (window[i] as number)),
      length,
    );
    const [power] = await matchReference(given([length - 3], { length }, window), [input]);
    const magnitudes = given([length - 3], { length, form: "magnitude", scale: 0.5 }, window);
    const [magnitude] = await matchReference(magnitudes, [input]);
    const largest = Math.max(...exact);
    for (const [k, value] of exact.entries()) {
      assert.ok(Math.abs((power?.[k] as number) - value) < largest * 2 ** -20, `${length}, bin ${k}`);
      const root = Math.sqrt(value) / 2;
      assert.ok(
        Math.abs((magnitude?.[k] as number) - root) < Math.sqrt(largest) * 2 ** -20,
        `root, bin ${k}`,
      );
    }
  }
});

test("a sine of whole periods is in one bin, and what is no number is the canonical NaN", async () => {
  const sine = Array.from({ length: 16 }, (_, i) => Math.fround(Math.sin((2 * Math.PI * 3 * i) / 16)));
  const [output] = await matchReference(given([16]), [sine]);
  for (const [bin, power] of [...(output as Float32Array)].entries())
    assert.ok(Math.abs(power - (bin === 3 ? 64 : 0)) < 1e-4, `bin ${bin} is ${power}`);
  const [lost] = await matchReference(given([16]), [[Number.POSITIVE_INFINITY, ...sine.slice(1)]]);
  assert.ok(new Uint32Array((lost as Float32Array).buffer).includes(0x7fc00000));
});

test("windows of another length, other forms and computed windows are refused", () => {
  assert.is(refusalOf(given([2, 16])), "taken");
  assert.match(refusalOf(given([17])), /last axis is 17; a whole number from 1 to 16/);
  assert.match(refusalOf(given([14], { length: 14 })), /products? of 2, 3 and 5/);
  assert.match(refusalOf(given([16], {}, [1, 2])), /window has 2 values; rows of 16/);
  assert.match(refusalOf(given([16], { form: "phase" })), /the form is phase/);
  assert.match(refusalOf(given([16], { scale: Number.NaN })), /the scale is NaN; a finite number/);
  const computed = { ...given([16]), inputs: [tensor("float32", [16]), tensor("float32", [16])] };
  assert.match(refusalOf(computed), /the window must be constant/);
  assert.match(refusalOf({ ...given([16]), inputs: [tensor("int16", [16])] }), /input is int16/);
});

test.run();
