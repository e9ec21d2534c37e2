import { test } from "uvu";
import * as assert from "uvu/assert";
import { refusalOf } from "./signal-case.js";
import { lastRows, streamCase, streamSamples } from "./stream-case.js";

const given = (shape: readonly number[], window: number, threshold: number, start = "zero") =>
  streamCase("hampel", { window, threshold, start }, shape, [window - 1, shape.at(-1) as number]);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[(values.length - 1) / 2] as number;

test("outliers are those beyond the threshold, in pieces shorter and longer than the window", async () => {
  let [kept, replaced] = [0, 0];
  for (const [time, window, threshold] of [
    [1, 3, 0.5],
    [3, 7, 0.6],
    [8, 5, 1],
    [9, 3, 0.7],
  ] as const) {
    const samples = streamSamples(time, 4 * time, 2);
    for (const start of ["zero", "first"] as const) {
      const rows = await lastRows(given([time, 2], window, threshold, start), samples, time);
      for (const [row, values] of rows.entries()) {
        for (const [channel, value] of values.entries()) {
          const before = start === "zero" ? 0 : (samples[0]?.[channel] as number);
          const last = Array.from(
            { length: window },
            (_, i) => samples[3 * time + row - i]?.[channel] ?? before,
          );
          const sample = last[(window - 1) / 2] as number;
          const middle = median(last);
          const limit = threshold * 1.4826 * median(last.map((x) => Math.abs(x - middle)));
          const expected = Math.abs(sample - middle) > limit ? middle : sample;
          if (expected === sample) kept++;
          else replaced++;
          assert.is(value, expected, `${time}, ${window}, ${start}, row ${row}`);
        }
      }
    }
  }
  assert.ok(kept > 10 && replaced > 10, `${kept} samples stayed, ${replaced} did not`);
});

test("a spike is replaced by what is around it, half a window later, and nothing else", async () => {
  const samples = [1, 2, 3, 500, 4, 3, 2, 1].map((x) => [x]);
  const rows = await lastRows(given([8, 1], 5, 3, "first"), samples, 8);
  assert.equal(rows.flat(), [1, 1, 1, 2, 3, 3, 4, 3]);
});

test("a threshold of 0 and even windows are refused", () => {
  assert.is(refusalOf(given([4, 2], 5, 3)), "taken");
  assert.match(refusalOf(given([4, 2], 5, 0)), /the threshold is 0; a finite number above 0/);
  assert.match(refusalOf(given([4, 2], 4, 3)), /the window is 4/);
});

test.run();
