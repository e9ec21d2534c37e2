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

const whole = (shape: readonly number[], changes: object = {}, window?: ArrayLike<number>): SignalCase => ({
  ...given(shape, changes, window),
  inputs: [
    tensor("int16", shape),
    ...(window === undefined ? [] : [tensor("float32", [window.length], window)]),
  ],
});

/** Rows of int16 of any loudness, and those that leave the least room. */
function wholeRows(seed: number, length: number): number[][] {
  const { integer } = random(seed);
  const loud = (most: number) => Array.from({ length }, () => integer(-most, most - 1));
  const at = integer(0, length - 1);
  return [
    loud(32768),
    loud(40),
    loud(1),
    Array.from({ length }, () => 0),
    Array.from({ length }, () => -32768),
    Array.from({ length }, (_, i) => (i % 2 === 0 ? 32767 : -32768)),
    Array.from({ length }, (_, i) => (i === at ? -32768 : 0)),
    Array.from({ length }, (_, i) => (i === at ? 1 : 0)),
    Array.from({ length }, (_, i) => Math.round(32767 * Math.sin((2 * Math.PI * 3 * i) / length))),
  ];
}

test("powers of int16 are those of the reference, to the bit, whatever the samples are", async () => {
  for (const [seed, length] of [4, 8, 16, 32, 256, 512].entries()) {
    const rows = wholeRows(seed, length);
    const full = whole([rows.length, length], { length, scale: 2 ** -30 });
    await matchReference(full, [rows.flat()]);
    const short = rows.map((row) => row.slice(1));
    const magnitudes = { length, form: "magnitude", scale: 1 / length, start: 1, end: length / 4 };
    const windowed = whole([rows.length, length - 1], magnitudes, hann(length - 1));
    const [output] = await matchReference(windowed, [short.flat()]);
    const bins = length / 2 + 1;
    for (const [i, value] of [...(output as Float32Array)].entries())
      if (i % bins < 1 || i % bins >= length / 4) assert.is(value, 0);
    const negative = hann(length).map((value) => -value);
    await matchReference(whole([rows.length, length], { length }, negative), [rows.flat()]);
  }
});

test("roots of powers of int16 are within 2^-23 of the sum of magnitudes, of rows of any loudness", async () => {
  for (const length of [64, 512, 1024]) {
    const window = hann(length);
    for (const [i, row] of wholeRows(length, length).entries()) {
      const exact = defined(
        row.map((value, k) => value * (window[k] as number)),
        length,
      );
      const [power] = await matchReference(whole([length], { length }, window), [row]);
      const [magnitude] = await matchReference(whole([length], { length, form: "magnitude" }, window), [row]);
      const largest = Math.sqrt(Math.max(...exact));
      const sum = row.reduce((total, value, k) => total + Math.abs(value) * (window[k] as number), 0);
      for (const [k, value] of exact.entries()) {
        const root = Math.sqrt(value);
        // A bin's rounding errors are of the sum of all samples, which 30 bits hold; what is stored has 24.
        const bound = (sum + root) * 2 ** -23;
        const apart = Math.abs((magnitude?.[k] as number) - root);
        assert.ok(apart <= bound, `${length}, row ${i}, bin ${k}: ${magnitude?.[k]} for ${root}`);
        assert.ok(
          Math.abs((power?.[k] as number) - value) <= bound * (3 * largest + bound),
          `power, bin ${k}`,
        );
      }
    }
  }
});

test("the longest rows of int16 leave room for all sums", async () => {
  const length = 2 ** 12;
  const constant = Array.from({ length }, () => -32768);
  const [output] = await matchReference(whole([length], { length, form: "magnitude" }), [constant]);
  assert.is(output?.[0], length * 32768);
  assert.ok([...(output as Float32Array)].slice(1).every((value) => value === 0));
});

test("windows of another length, other forms and computed windows are refused", () => {
  assert.is(refusalOf(given([2, 16])), "taken");
  assert.match(refusalOf(given([17])), /last axis is 17; a whole number from 1 to 16/);
  assert.match(refusalOf(given([14], { length: 14 })), /products? of 2, 3 and 5/);
  assert.match(refusalOf(given([16], {}, [1, 2])), /window has 2 values; rows of 16/);
  assert.match(refusalOf(given([16], { form: "phase" })), /the form is phase/);
  assert.match(refusalOf(given([16], { scale: Number.NaN })), /the scale is NaN; a finite number/);
  assert.match(refusalOf(given([16], { start: 3, end: 2 })), /the start is 3; a whole number from 0 to 2/);
  assert.match(refusalOf(given([16], { end: 10 })), /the end is 10; a whole number from 0 to 9/);
  assert.is(refusalOf(whole([16])), "taken");
  assert.match(refusalOf(whole([12], { length: 12 })), /length is 12; of int16 a power of two is expected/);
  assert.match(refusalOf(whole([2], {}, [1, -1.5])), /the window has values beyond 1/);
  const computed = { ...given([16]), inputs: [tensor("float32", [16]), tensor("float32", [16])] };
  assert.match(refusalOf(computed), /the window must be constant/);
  assert.match(
    refusalOf({ ...given([16]), inputs: [tensor("int32", [16])] }),
    /input is int32; float32 or int16/,
  );
});

test.run();
