import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (bins: number, start: number, end: number) => ({
  operator: "energy",
  attributes: { start, end },
  inputs: [tensor("int16", [bins * 2])],
});

test("bins from start to end have their squared magnitude, others 0", async () => {
  for (const [bins, start, end] of [
    [1, 0, 1],
    [33, 5, 30],
    [8, 3, 3],
  ] as const)
    await matchReference(given(bins, start, end), [noise(bins, bins * 2, -32768, 32767)]);
  const [output] = await matchReference(given(3, 0, 2), [[-32768, -32768, 3, -4, 1, 1]]);
  assert.equal([...(output as Uint32Array)], [2 ** 31, 25, 0]);
});

test("bins outside of the spectrum are refused", () => {
  assert.match(refusalOf(given(4, 0, 5)), /the end is 5; a whole number from 0 to 4/);
  assert.match(refusalOf(given(4, 3, 2)), /the start is 3; a whole number from 0 to 2/);
  assert.match(refusalOf({ ...given(4, 0, 1), inputs: [tensor("int16", [3])] }), /3 elements; pairs/);
});

test.run();
