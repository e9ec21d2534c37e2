import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, refusalOf } from "./signal-case.js";
import { lastRows, streamCase, streamSamples } from "./stream-case.js";

const given = (shape: readonly number[], attributes: { rate: number; epsilon?: number; start: string }) =>
  streamCase("runningNormalize", { epsilon: 1e-3, ...attributes }, shape, [2, shape.at(-1) as number]);

test("means and variances are those of weights that fade by the same factor each time", async () => {
  for (const [time, channels, rate] of [
    [1, 1, 0.5],
    [4, 2, 0.1],
    [10, 3, 0.02],
  ] as const) {
    const samples = streamSamples(time, 3 * time, channels);
    for (const start of ["zero", "first"] as const) {
      const rows = await lastRows(given([time, channels], { rate, start }), samples, time);
      for (const [row, values] of rows.entries()) {
        for (const [channel, value] of values.entries()) {
          const seen = samples.slice(0, 2 * time + row + 1).map((sample) => sample[channel] as number);
          const before = start === "zero" ? 0 : (seen[0] as number);
          // The start has the weight that is left.
          const weights = seen.map((_, i) => rate * (1 - rate) ** (seen.length - 1 - i));
          const all = [before, ...seen].map(
            (x, i) => [x, weights[i - 1] ?? (1 - rate) ** seen.length] as const,
          );
          const mean = all.reduce((sum, [x, weight]) => sum + weight * x, 0);
          const variance = all.reduce((sum, [x, weight]) => sum + weight * (x - mean) ** 2, 0);
          const expected = ((seen.at(-1) as number) - mean) / Math.sqrt(variance + 1e-3);
          assert.ok(
            Math.abs(value - expected) < 1e-5,
            `${rate}, ${start}, row ${row}: ${value} for ${expected}`,
          );
        }
      }
    }
  }
});

test("a constant is 0 from its first sample on, and what is no number lasts", async () => {
  const of = given([3, 1], { rate: 0.1, start: "first" });
  assert.equal((await lastRows(of, [[7], [7], [7]], 3)).flat(), [0, 0, 0]);
  const [lost] = await matchReference(of, [[7, Number.NaN, 7]], [[1, 2, 3]]);
  assert.equal([...new Uint32Array((lost as Float32Array).buffer)], Array(3).fill(0x7fc00000));
});

test("rates out of range and no epsilon are refused", () => {
  assert.is(refusalOf(given([3, 1], { rate: 1, start: "zero" })), "taken");
  for (const rate of [0, -1, 1.1, Number.NaN])
    assert.match(
      refusalOf(given([3, 1], { rate, start: "zero" })),
      /the rate is .*; a number above 0, at most 1/,
    );
  assert.match(refusalOf(given([3, 1], { rate: 1, epsilon: 0, start: "zero" })), /epsilon is 0/);
});

test.run();
