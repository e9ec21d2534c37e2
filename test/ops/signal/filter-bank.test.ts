import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, noise, refusalOf, type SignalCase, tensor } from "./signal-case.js";

interface Tables {
  weights: readonly number[];
  unweights: readonly number[];
  starts: readonly number[];
  weightStarts: readonly number[];
  widths: readonly number[];
}

const given = (bins: number, channels: number, tables: Tables): SignalCase => ({
  operator: "filterBank",
  attributes: { channels },
  inputs: [
    tensor("uint32", [bins]),
    ...[tables.weights, tables.unweights, tables.starts, tables.weightStarts, tables.widths].map((table) =>
      tensor("int16", [table.length], table),
    ),
  ],
});

const tables: Tables = {
  weights: [1, 2, 3, 4, 5],
  unweights: [10, 20, 30, 40, 50],
  starts: [1, 2, 4],
  weightStarts: [0, 1, 3],
  widths: [1, 2, 2],
};

test("each band gives to its channel and to the next; the first one's own sum is dropped", async () => {
  const [output] = await matchReference(given(6, 2, tables), [[9, 1, 2, 3, 4, 5]]);
  assert.equal(
    [...(output as unknown as BigUint64Array)],
    [BigInt(2 * 2 + 3 * 3 + 10 * 1), BigInt(4 * 4 + 5 * 5 + 20 * 2 + 30 * 3)],
  );
  for (let seed = 0; seed < 5; seed++) {
    const weights = noise(seed, 40, -32768, 32767).map((weight) => Math.abs(weight) % 4096);
    const unweights = weights.map((weight) => 4096 - weight);
    const bands = {
      weights,
      unweights,
      starts: [0, 4, 9, 30],
      weightStarts: [0, 4, 8, 30],
      widths: [4, 5, 21, 0],
    };
    await matchReference(given(32, 3, bands), [noise(seed, 32, 0, 2 ** 32 - 1)]);
  }
});

test("bands outside of the tables or the spectrum are refused", () => {
  assert.is(refusalOf(given(6, 2, tables)), "taken");
  assert.match(refusalOf(given(5, 2, tables)), /band 2 ends at bin 6 of 5 and weight 5 of 5/);
  assert.match(
    refusalOf(given(6, 2, { ...tables, unweights: [1] })),
    /band 1 ends at bin 4 of 6 and weight 3 of 1/,
  );
  assert.match(refusalOf(given(6, 3, tables)), /band 3 starts at bin -1 .* 4 bands are expected/);
  assert.match(refusalOf(given(6, 2, { ...tables, widths: [1, -1, 2] })), /band 1 .* width -1/);
  const computed = given(6, 2, tables);
  const inputs = computed.inputs.map((input, i) => (i === 3 ? tensor("int16", [3]) : input));
  assert.match(refusalOf({ ...computed, inputs }), /the frequency starts must be constant/);
});

test.run();
