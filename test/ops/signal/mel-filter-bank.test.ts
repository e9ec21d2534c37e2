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

/** A bank's sums, each with a floor, and their logarithms. */
const logarithms = (
  shape: readonly number[],
  bank: readonly (readonly number[])[],
  floor: number,
  by: string,
) => ({
  ...given(shape, bank),
  attributes: { logarithm: { floor, by } },
});

test("logarithms of sums are those of the reference, to the bit, and as near the function as they say", async () => {
  const { real } = random(3);
  const values = Array.from({ length: 3000 }, () => Math.fround(2 ** (real() * 250 - 125)));
  const near = Array.from({ length: 400 }, (_, i) => Math.fround(1 + (i - 200) * 2 ** -20));
  const edges = [2 ** -126, 1.1754945e-38, 3.4028234663852886e38, Math.SQRT1_2, Math.SQRT2, 1, 2, 0.5];
  const input = [...values, ...near, ...edges.map(Math.fround)];
  const [output] = await matchReference(logarithms([input.length, 1], [[1]], 2 ** -126, "maximum"), [input]);
  for (const [i, value] of input.entries()) {
    const exact = Math.log(value);
    // Half a unit in the last place, and what the function says of itself.
    const bound = 2 ** -24 * (1 + 2 ** Math.floor(Math.log2(Math.abs(exact) || 1)));
    assert.ok(
      Math.abs((output?.[i] as number) - exact) <= bound,
      `log ${value}: ${output?.[i]} for ${exact}`,
    );
  }
});

test("floors are added, or the least that there is", async () => {
  const bank = [
    [1, 0],
    [0.5, 2],
  ];
  const input = [0, 0, 3, 1, 1e-9, 0, Number.NaN, 4, Infinity, 0, -1, 0, -3, 0];
  const [least] = await matchReference(logarithms([7, 2], bank, 0.25, "maximum"), [input]);
  const [added] = await matchReference(logarithms([7, 2], bank, 1, "add"), [input]);
  const near = (value: number | undefined, expected: number) =>
    assert.ok(Math.abs((value as number) - expected) < 1e-6, `${value} for ${expected}`);
  for (const [i, sum] of [0.25, 0.25, 3, 3.5, 0.25, 0.25].entries()) near(least?.[i], Math.log(sum));
  for (const [i, sum] of [1, 1, 4, 4.5, 1, 1].entries()) near(added?.[i], Math.log(sum));
  const bits = (from: ArrayLike<number> | undefined) =>
    [...new Uint32Array((from as Float32Array).buffer)].slice(6).map((word) => word.toString(16));
  const [nan, infinity, none] = ["7fc00000", "7f800000", "ff800000"];
  const quarter = Math.fround(least?.[0] as number);
  const word = new Uint32Array(Float32Array.of(quarter).buffer)[0]?.toString(16);
  assert.equal(bits(least), [nan, nan, infinity, infinity, word, word, word, word]);
  assert.equal(bits(added).slice(0, 5), [nan, nan, infinity, infinity, none]);
  assert.is(bits(added)[6], nan);
});

test("floors that are none, and other ways to have them, are refused", () => {
  const of = (floor: number, by: string) => refusalOf(logarithms([2], [[1, 2]], floor, by));
  assert.is(of(1e-6, "add"), "taken");
  assert.match(of(0, "add"), /the floor is 0; a finite number above 0/);
  assert.match(of(Number.NaN, "add"), /the floor is NaN/);
  assert.match(of(1, "minimum"), /the floor is by minimum; add or maximum is expected/);
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
