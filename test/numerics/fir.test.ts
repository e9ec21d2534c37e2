import { test } from "uvu";
import * as assert from "uvu/assert";
import { type SignalWindow, signalWindow } from "../../host/numerics/cosines.js";
import { rateChange, resamplingFilter, windowedSinc } from "../../host/numerics/fir.js";
import { assertNear, signalGolden } from "./signal-golden.js";

interface Golden {
  filters: { cutoff: number; window: SignalWindow; taps: number[] }[];
  changes: { up: number; down: number; taps: number[] }[];
}

const { filters, changes } = signalGolden<Golden>("resampling");

test("low-passes are those of scipy", () => {
  assert.is(filters.length, 3);
  for (const { cutoff, window, taps } of filters) {
    const made = windowedSinc(cutoff, signalWindow(window, taps.length, "symmetric"));
    assertNear(made, taps, 1e-10, `${window} of ${taps.length}`);
  }
});

test("the filter of a change of rate passes the band of the lower rate", () => {
  for (const { up, down, taps } of changes.filter((change) => change.up !== change.down)) {
    const made = resamplingFilter({ up, down }, 4, (length) => signalWindow("hamming", length, "symmetric"));
    assertNear(made, taps, 1e-10, `${up} for ${down}`);
  }
});

test("a ratio of rates is in lowest terms", () => {
  assert.equal(rateChange(44100, 16000, 1024), { up: 160, down: 441 });
  assert.equal(rateChange(48000, 16000, 1024), { up: 1, down: 3 });
  assert.equal(rateChange(100, 100, 1024), { up: 1, down: 1 });
  assert.equal(rateChange(0.3, 0.1, 1024), { up: 1, down: 3 });
  assert.equal(rateChange(62.5, 100, 1024), { up: 8, down: 5 });
});

test("what takes larger numbers than are allowed is no ratio", () => {
  assert.is(rateChange(44100, 16000, 440), undefined);
  assert.is(rateChange(1, 1025, 1024), undefined);
  assert.is(rateChange(100, 100 / Math.SQRT2, 1024), undefined);
});

test.run();
