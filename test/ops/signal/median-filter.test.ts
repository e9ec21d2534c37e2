import { test } from "uvu";
import * as assert from "uvu/assert";
import { refusalOf } from "./signal-case.js";
import { lastRows, streamCase, streamSamples } from "./stream-case.js";

const given = (shape: readonly number[], window: number, start = "zero") =>
  streamCase("medianFilter", { window, start }, shape, [window - 1, shape.at(-1) as number]);

test("medians are those of the last samples, in pieces shorter and longer than the window", async () => {
  for (const [time, window, channels] of [
    [1, 3, 2],
    [2, 9, 1],
    [7, 5, 3],
    [12, 3, 2],
  ] as const) {
    const samples = streamSamples(time, 4 * time, channels);
    for (const start of ["zero", "first"] as const) {
      const rows = await lastRows(given([time, channels], window, start), samples, time);
      for (const [row, values] of rows.entries()) {
        for (const [channel, median] of values.entries()) {
          const before = start === "zero" ? 0 : (samples[0]?.[channel] as number);
          const ends = 3 * time + row;
          const last = Array.from({ length: window }, (_, i) => samples[ends - i]?.[channel] ?? before);
          assert.is(
            median,
            last.sort((a, b) => a - b)[(window - 1) / 2],
            `${time}, ${window}, ${start}, ${row}`,
          );
        }
      }
    }
  }
});

test("a single spike is gone", async () => {
  const rows = await lastRows(given([6, 1], 3, "first"), [[1], [1], [900], [1], [2], [2]], 6);
  assert.equal(rows.flat(), [1, 1, 1, 1, 2, 2]);
});

test("windows that are even, short or long, and other histories are refused", () => {
  assert.is(refusalOf(given([4, 2], 5)), "taken");
  for (const window of [1, 4, 257, 2.5])
    assert.match(
      refusalOf(given([4, 2], window)),
      new RegExp(`window is ${window}; an odd number from 3 to 255`),
    );
  const other = { ...given([4, 2], 5), variables: given([4, 2], 3).variables ?? [] };
  assert.match(refusalOf(other), /the history is no variable of 4 x 2 float32/);
});

test.run();
