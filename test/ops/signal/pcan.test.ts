import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (length: number, gains: readonly number[], shift = 6) => ({
  operator: "pcan",
  attributes: { shift },
  inputs: [tensor("uint32", [length]), tensor("uint32", [length]), tensor("int16", [gains.length], gains)],
});

const gains = noise(5, 125, -32768, 32767);

test("gains are read at the noise's number of bits, and products shrink", async () => {
  const powers = [0, 1, 2, 3, ...Array.from({ length: 32 }, (_, i) => 2 ** i)];
  for (const shift of [0, 6, 40]) {
    const values = noise(shift, powers.length * 2, 0, 2 ** 32 - 1);
    const estimates = [...powers, ...noise(shift + 1, powers.length, 0, 2 ** 32 - 1)];
    await matchReference(given(values.length, gains, shift), [values, estimates]);
  }
  const flat = gains.map((_, i) => (i < 3 ? 4096 * (i + 1) : 0));
  const [output] = await matchReference(given(3, flat, 12), [
    [2048, 2048, 10000],
    [0, 1, 2],
  ]);
  assert.equal([...(output as Uint32Array)], [(2048 * 2048) >> 20, (4096 * 4096) >> 20, (30000 >> 6) - 64]);
});

test("a short table and another noise estimate are refused", () => {
  assert.match(refusalOf(given(2, gains.slice(1))), /124 gains; 125 are expected/);
  const [input, , table] = given(2, gains).inputs;
  const inputs = [input, tensor("uint32", [3]), table] as never;
  assert.match(refusalOf({ ...given(2, gains), inputs }), /3 elements; 2 are expected/);
});

test.run();
