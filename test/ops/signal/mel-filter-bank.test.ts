import { test } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (shape: readonly number[], bank: readonly (readonly number[])[]): SignalCase => ({
  operator: "melFilterBank",
  attributes: {},
  inputs: [tensor("float32", shape), tensor("float32", [bank.length, bank[0]?.length ?? 0], bank.flat())],
});

test("each channel is the weighted sum of its band, and one without weights is 0", async () => {
  const bank = [
    [0, 1, 2, 0, 0],
    [0, 0, 0, 0, 0],
    [0.5, 0, 0, 0, 0.25],
  ];
  const [output] = await matchReference(given([2, 5], bank), [[1, 2, 3, 4, 8, -1, 10, 20, 30, -4]]);
  assert.equal([...(output as Float32Array)], [8, 0, 2.5, 50, 0, -1.5]);
});

test("sums of random bands are those of the reference, to the bit", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const { integer, real } = random(seed);
    const [rows, bins, channels] = [integer(1, 4), integer(1, 70), integer(1, 12)];
    const bank = Array.from({ length: channels }, () => {
      const [first, last] = [integer(0, bins), integer(0, bins)];
      return Array.from({ length: bins }, (_, bin) => (bin >= first && bin < last ? Math.fround(real()) : 0));
    });
    const values = Array.from({ length: rows * bins }, () => Math.fround((real() - 0.3) * 1000));
    const [output] = await matchReference(given([rows, 1, bins], bank), [values]);
    for (const [i, value] of [...(output as Float32Array)].entries()) {
      const weights = bank[i % channels] as number[];
      const row = values.slice(Math.floor(i / channels) * bins);
      const exact = weights.reduce((sum, weight, bin) => sum + weight * (row[bin] as number), 0);
      const size = weights.reduce((sum, weight, bin) => sum + Math.abs(weight * (row[bin] as number)), 0);
      assert.ok(Math.abs(value - exact) <= size * bins * 2 ** -24, `${seed}, ${i}: ${value} for ${exact}`);
    }
  }
});

test("what is no number is the canonical NaN in the channels that take it", async () => {
  const bank = [
    [1, 0],
    [1, 1],
  ];
  const [output] = await matchReference(given([2], bank), [[1, Number.NaN]]);
  assert.equal([...new Uint32Array((output as Float32Array).buffer)], [0x3f800000, 0x7fc00000]);
});

test("banks of other bins, or that are computed, are refused", () => {
  assert.is(refusalOf(given([2], [[1, 2]])), "taken");
  assert.match(refusalOf(given([3], [[1, 2]])), /the bank is 1x2; channels x 3 bins are expected/);
  const computed = { ...given([2], [[1, 2]]), inputs: [tensor("float32", [2]), tensor("float32", [1, 2])] };
  assert.match(refusalOf(computed), /the bank must be constant/);
  const integers = [tensor("uint32", [2]), tensor("float32", [1, 2], [1, 2])];
  assert.match(refusalOf({ ...computed, inputs: integers }), /the input is uint32/);
});

test.run();
