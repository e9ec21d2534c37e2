import { test } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (shape: readonly number[], changes: object = {}): SignalCase => ({
  operator: "spectralPeaks",
  attributes: { peaks: 2, threshold: 0, resolution: 0.5, ...changes },
  inputs: [tensor("float32", shape)],
});

test("the highest peaks come first, by frequency where they are equal, and zeros follow", async () => {
  const spectra = [9, 1, 3, 1, 5, 1, 5, 8, 7, 9, 0, 0, 2, 2, 0, -1, -3, -2, -4, 0];
  const [two] = await matchReference(given([2, 10]), [spectra]);
  assert.equal([...(two as Float32Array)], [3.5, 8, 2, 5, 0, 0, 0, 0]);
  const [more] = await matchReference(given([10], { peaks: 4, threshold: 4 }), [spectra.slice(0, 10)]);
  assert.equal([...(more as Float32Array)], [3.5, 8, 2, 5, 0, 0, 0, 0]);
  const [equal] = await matchReference(given([7]), [[0, 4, 1, 4, 1, 4, 0]]);
  assert.equal([...(equal as Float32Array)], [0.5, 4, 1.5, 4]);
});

test("peaks of random spectra are those of the reference, to the bit", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const { integer } = random(seed);
    const [rows, bins] = [integer(1, 3), integer(1, 40)];
    const heights = Array.from({ length: rows * bins }, () => integer(-2, 12) / 3);
    const attributes = { peaks: integer(1, 6), threshold: integer(-1, 2), resolution: 16000 / 512 };
    await matchReference(given([1, rows, bins], attributes), [heights]);
  }
});

test("no peaks, and a resolution of 0, are refused", () => {
  assert.is(refusalOf(given([4])), "taken");
  assert.match(refusalOf(given([4], { peaks: 0 })), /the number of peaks is 0/);
  assert.match(refusalOf(given([4], { resolution: 0 })), /the resolution is 0; a finite number above 0/);
  assert.match(refusalOf(given([4], { threshold: Number.NaN })), /the threshold is NaN/);
});

test.run();
