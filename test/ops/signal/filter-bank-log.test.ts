import { test } from "uvu";
import * as assert from "uvu/assert";
import { logarithmTable } from "../../../host/ops/signal/filter-bank-log.js";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (length: number, correctionBits: number, scale: number) => ({
  operator: "filterBankLog",
  attributes: { correctionBits, scale },
  inputs: [tensor("uint32", [length])],
});

test("logarithms are scaled, limited, and 0 up to 1", async () => {
  for (const [correctionBits, scale] of [
    [0, 64],
    [3, 1600],
    [31, 2 ** 31 - 1],
  ] as const) {
    const powers = Array.from({ length: 32 }, (_, i) => 2 ** i);
    const values = [0, ...powers, ...powers.map((power) => power - 1), ...noise(scale, 100, 0, 2 ** 32 - 1)];
    await matchReference(given(values.length, correctionBits, scale), [values]);
  }
  const values = [0, 1, 3, 1000, 123456789];
  const [output] = await matchReference(given(5, 0, 512), [values]);
  for (const [i, value] of values.entries())
    assert.ok(Math.abs((output?.[i] as number) - 512 * Math.log(Math.max(1, value))) < 1, `${value}`);
});

test("the table holds what log2 is above a straight line", () => {
  assert.equal([...logarithmTable.slice(0, 4)], [0, 224, 442, 654]);
  assert.equal([...logarithmTable.slice(56, 60)], [5640, 5641, 5638, 5633]);
  assert.equal([...logarithmTable.slice(126)], [282, 142, 0, 0]);
});

test("options out of range are refused", () => {
  assert.match(refusalOf(given(1, 32, 1)), /input correction bits is 32/);
  assert.match(refusalOf(given(1, 0, -1)), /the output scale is -1/);
});

test.run();
