import { test } from "uvu";
import * as assert from "uvu/assert";
import { signalGolden } from "../numerics/signal-golden.js";
import { framesOf, refusalOf } from "./stage-run.js";

interface Golden {
  samples: number[];
  cases: { lowPass: number | null; features: number[][] }[];
}

const golden = signalGolden<Golden>("spectral");
const source = (hop: number, channels = 2) => ({ rate: 100, channels, hop });
const stage = {
  type: "spectral-features",
  window: "500 ms",
  stride: "250 ms",
  scale: 1 / 16384,
  powers: true,
};

test("features of windows are those of Edge Impulse's block, of each channel, with and without a filter", async () => {
  assert.is(golden.cases.length, 2);
  for (const { lowPass, features } of golden.cases) {
    const filter = lowPass === null ? null : { type: "low-pass", cutoff: lowPass };
    for (const hop of [25, 5]) {
      const results = Object.entries(await framesOf({ ...stage, filter }, source(hop), golden.samples));
      assert.ok(results.length >= 3);
      for (const [engine, frames] of results) {
        assert.is(frames.length, features.length);
        for (const [row, values] of features.entries()) {
          assert.is(frames[row]?.length, values.length);
          for (const [i, value] of values.entries()) {
            const difference = Math.abs((frames[row]?.[i] as number) - value);
            // The second channel is some hundredths of what it is far from 0, which float32 of the filter takes three digits of.
            const limit = (lowPass === null ? 1e-4 : 1e-3) * Math.max(1, Math.abs(value));
            assert.ok(
              difference < limit,
              `${engine}, ${lowPass}, ${row}, ${i}: ${frames[row]?.[i]} for ${value}`,
            );
          }
        }
      }
    }
  }
});

test("peaks and mean powers of bands tell a tone's frequency and power", async () => {
  // 12.5 Hz: four periods in a transform of 32 samples of 100 Hz; its power is (amplitude * 32 / 2)^2 / 32.
  const tone = Array.from({ length: 64 }, (_, i) => Math.round(1000 * Math.sin((2 * Math.PI * i) / 8)));
  const config = {
    type: "spectral-features",
    window: "640 ms",
    stride: "640 ms",
    fft: 32,
    overlap: false,
    statistics: [],
    spectralStatistics: [],
    powers: false,
    log: false,
    peaks: 2,
    threshold: 100,
    edges: [5, 20, 49],
  };
  const [[features = []] = []] = Object.values(await framesOf(config, source(64, 1), tone));
  const power = (1000 * 16) ** 2 / 32;
  // Bins of 3.125 Hz: 2 to 6 lie in the first band, 7 to 15 in the second.
  const [first = 0, second = 0, ...peaks] = features;
  assert.ok(Math.abs(first - power / 5) < power * 1e-3 && second < power * 1e-4, `${first}, ${second}`);
  const [hertz, height = 0, ...rest] = peaks;
  assert.is(hertz, 12.5);
  assert.ok(Math.abs(height - power) < power * 1e-3, `${height} for ${power}`);
  assert.equal(rest, [0, 0]);
});

test("a filter's band is where powers are taken", async () => {
  const filters = [
    { type: "high-pass", cutoff: 30 },
    { type: "band-pass", low: 10, high: 20 },
  ];
  // Bins of 6.25 Hz: 5 to 8, and 2 and 3.
  const counts = [4, 2];
  for (const [i, filter] of filters.entries()) {
    const config = { ...stage, statistics: [], spectralStatistics: [], filter };
    const [[features = []] = []] = Object.values(await framesOf(config, source(25, 1), golden.samples));
    assert.is(features.length, counts[i]);
  }
});

test("filters beyond the rate, edges that fall and no features are refused", () => {
  const of = (changes: object) => refusalOf({ ...stage, ...changes }, source(25));
  assert.is(of({}), "taken");
  assert.match(
    of({ filter: { type: "low-pass", cutoff: 50 } }),
    /50 Hz; ascending ones below half the rate, 50/,
  );
  assert.match(of({ filter: { type: "band-pass", low: 20, high: 10 } }), /20 to 10 Hz/);
  assert.match(of({ edges: [1, 5, 5] }), /edges.2: ascending edges/);
  assert.match(of({ statistics: [], spectralStatistics: [], powers: false }), /no features/);
});

test.run();
