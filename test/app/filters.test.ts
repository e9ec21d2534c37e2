import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertNear } from "../numerics/signal-golden.js";
import { random } from "../ops/harness.js";
import { type Config, framesOf, refusalOf, type Source } from "./stage-run.js";

const at = (hop: number, channels = 1, rate = 100): Source => ({ rate, channels, hop });

/** What a stage gives for samples, all hops one after the other: the same on all engines, and for each of these hops. */
async function streamOf(
  config: Config | readonly Config[],
  hops: readonly number[],
  samples: readonly number[],
  { channels = 1, rate = 100 }: { channels?: number; rate?: number } = {},
): Promise<number[]> {
  let expected: number[] | undefined;
  for (const hop of hops) {
    const results = Object.entries(await framesOf(config, at(hop, channels, rate), samples));
    assert.ok(results.length >= 3);
    for (const [engine, frames] of results) {
      expected ??= frames.flat();
      assert.equal(frames.flat(), expected, `${engine}, hop ${hop}`);
    }
  }
  return expected as number[];
}

const tone = (hertz: number, count: number, rate = 100, amplitude = 10_000): number[] =>
  Array.from({ length: count }, (_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * hertz * i) / rate)));

/** The amplitude of a frequency in samples that hold whole periods of it. */
function amplitudeOf(samples: readonly number[], hertz: number, rate: number): number {
  const part = (wave: (angle: number) => number) =>
    samples.reduce((sum, x, i) => sum + x * wave((2 * Math.PI * hertz * i) / rate), 0);
  return (2 * Math.hypot(part(Math.cos), part(Math.sin))) / samples.length;
}

/** What two channels are, one after the other in each time. */
const interleaved = (first: readonly number[], second: readonly number[]): number[] =>
  first.flatMap((x, i) => [x, second[i] as number]);

const every = (samples: readonly number[], channel: number, channels: number): number[] =>
  samples.filter((_, i) => i % channels === channel);

test("filters pass of each frequency what Butterworth's formula says", async () => {
  const warped = (hertz: number) => Math.tan((Math.PI * hertz) / 100);
  const gains: [Config, (hertz: number) => number][] = [1, 2, 5].flatMap((order): typeof gains => [
    [
      { type: "filter", kind: "low-pass", cutoff: 10, order },
      (hertz) => 1 / Math.hypot(1, (warped(hertz) / warped(10)) ** order),
    ],
    [
      { type: "filter", kind: "high-pass", cutoff: 10, order },
      (hertz) => 1 / Math.hypot(1, (warped(10) / warped(hertz)) ** order),
    ],
    [
      { type: "filter", kind: "band-pass", low: 5, high: 20, order },
      (hertz) => {
        const [low, high, own] = [warped(5), warped(20), warped(hertz)];
        return 1 / Math.hypot(1, ((own * own - low * high) / (own * (high - low))) ** order);
      },
    ],
  ]);
  for (const [config, gain] of gains) {
    for (const hertz of [4, 10, 25]) {
      const passed = await streamOf(config, [20], tone(hertz, 500));
      const found = amplitudeOf(passed.slice(-100), hertz, 100) / 10_000;
      assert.ok(
        Math.abs(found - gain(hertz)) < 2e-3,
        `${config.kind} of order ${config.order} at ${hertz} Hz: ${found} for ${gain(hertz)}`,
      );
    }
  }
});

test("what is constant goes away, from the first sample on, whatever the hop is; channels are filtered by themselves", async () => {
  const samples = interleaved(
    tone(20, 100).map((x) => x + 15_000),
    Array.from({ length: 100 }, () => -12_345),
  );
  const passed = await streamOf({ type: "filter", kind: "dc", cutoff: 0.5 }, [1, 4, 25], samples, {
    channels: 2,
  });
  assert.is(passed.length, 200);
  assert.ok(every(passed, 1, 2).every((x) => Math.abs(x) < 1e-2));
  const first = every(passed, 0, 2);
  assert.ok(Math.abs(first.slice(-50).reduce((sum, x) => sum + x, 0) / 50) < 300);
  assert.ok(amplitudeOf(first.slice(-50), 20, 100) > 9900);
  // Of order 2, and at a thousandth of the rate, by default.
  const low = { type: "filter", kind: "low-pass", cutoff: 5 };
  const second = await streamOf({ ...low, order: 2 }, [25], samples, { channels: 2 });
  assert.equal(await streamOf(low, [25], samples, { channels: 2 }), second);
  const byDefault = await streamOf({ type: "filter", kind: "dc" }, [25], samples, { channels: 2 });
  assert.equal(
    byDefault,
    await streamOf({ type: "filter", kind: "dc", cutoff: 0.1 }, [25], samples, { channels: 2 }),
  );
});

test("filters that are not to be had are refused", () => {
  const of = (config: object) => refusalOf({ type: "filter", ...config }, at(10));
  assert.is(of({ kind: "low-pass", cutoff: 20 }), "taken");
  assert.is(of({ kind: "band-pass", low: 1, high: 20, order: 4 }), "taken");
  assert.match(of({ kind: "low-pass" }), /stages.filter.cutoff: a frequency in Hz is expected of a low-pass/);
  assert.match(of({ kind: "low-pass", cutoff: 50 }), /filter.cutoff: 50 Hz; .* below half the rate, 50/);
  assert.match(of({ kind: "high-pass", cutoff: 5, high: 9 }), /filter.high: high-pass has none; cutoff/);
  assert.match(of({ kind: "band-pass", high: 9 }), /filter.low: a frequency in Hz/);
  assert.match(of({ kind: "band-pass", low: 9, high: 9 }), /filter.high: 9 Hz; ascending/);
  assert.match(of({ kind: "band-pass", cutoff: 9 }), /filter.cutoff: band-pass has none; low and high/);
  assert.match(of({ kind: "dc", order: 2 }), /filter.order: 2; dc is of order 1/);
  assert.match(of({ kind: "band-pass", low: 20, high: 20.000_002 }), /float32 does not hold/);
  assert.is(of({ kind: "band-pass", low: 20, high: 20.01 }), "taken");
  const slow = (order: number, cutoff = 1) =>
    refusalOf({ type: "filter", kind: "high-pass", cutoff, order }, at(160, 1, 16_000));
  assert.is(slow(1), "taken");
  for (const order of [2, 5, 8]) assert.is(slow(order, 16_000 / 1000), "taken");
  assert.match(slow(2, 8), /8 Hz; more of the rate/);
  assert.match(slow(4), /filter.cutoff: 1 Hz; more of the rate of 16000 Hz/);
});

test("resampled tones are those tones at the other rate, later by the filter's crossings", async () => {
  const ratios: [number, number, readonly number[]][] = [
    [100, 50, [2, 20]],
    [100, 160, [5, 25]],
    [100, 25, [4]],
    [100, 62.5, [8, 40]],
    [48_000, 16_000, [48]],
  ];
  for (const [from, to, hops] of ratios) {
    const crossings = 16;
    const hertz = Math.min(from, to) / 10;
    const made = await streamOf({ type: "resample", rate: to, crossings }, hops, tone(hertz, 800, from), {
      rate: from,
    });
    assert.is(made.length, Math.floor(800 / Math.max(...hops)) * Math.max(...hops) * (to / from));
    const delay = crossings / Math.min(from, to);
    for (let i = Math.ceil(2 * delay * to) + 1; i < made.length; i++) {
      const expected = 10_000 * Math.sin(2 * Math.PI * hertz * (i / to - delay));
      assert.ok(
        Math.abs((made[i] as number) - expected) < 60,
        `${from} to ${to}, ${i}: ${made[i]} ${expected}`,
      );
    }
  }
});

test("resampling takes away what the lower rate does not have, and keeps what is constant; a rate's own is as it is", async () => {
  const config = { type: "resample", rate: 25 };
  const high = await streamOf(config, [4], tone(30, 400));
  assert.ok(Math.max(...high.slice(40).map(Math.abs)) < 50, `${Math.max(...high.slice(40))}`);
  const same = await streamOf(
    config,
    [20],
    Array.from({ length: 400 }, () => 777),
  );
  assert.ok(same.every((x) => Math.abs(x - 777) < 0.01));
  const samples = tone(3, 40);
  assert.equal(await streamOf({ type: "resample", rate: 100 }, [8], samples), samples);
  assert.match(
    refusalOf({ type: "resample", rate: 33.01 }, at(10)),
    /resample.rate: 33.01 Hz of 100 Hz; a ratio/,
  );
});

/** The last samples of a channel at each time, the first one for those before. */
const windowsOf = (samples: readonly number[], count: number): number[][] =>
  samples.map((_, i) =>
    Array.from({ length: count }, (_, k) => samples[Math.max(0, i - count + 1 + k)] as number),
  );

const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[(values.length - 1) / 2] as number;

test("medians and Hampel filters are what sorting gives", async () => {
  for (let seed = 0; seed < 4; seed++) {
    const { integer } = random(seed);
    const [first, second] = [0, 0].map(() =>
      Array.from({ length: 60 }, () => (integer(0, 9) === 0 ? integer(-30_000, 30_000) : integer(-50, 50))),
    ) as [number[], number[]];
    const count = 2 * integer(1, 4) + 1;
    const threshold = integer(1, 4);
    const samples = interleaved(first, second);
    const given = { channels: 2 };
    const medians = await streamOf({ type: "median", samples: count }, [1, 5, 20], samples, given);
    const cleaned = await streamOf({ type: "hampel", samples: count, threshold }, [1, 5, 20], samples, given);
    for (const [channel, own] of [first, second].entries()) {
      const windows = windowsOf(own, count);
      assert.equal(every(medians, channel, 2), windows.map(middleOf));
      assert.equal(
        every(cleaned, channel, 2),
        windows.map((window) => {
          const median = middleOf(window);
          const spread = 1.4826 * middleOf(window.map((x) => Math.abs(x - median)));
          const sample = window[(count - 1) / 2] as number;
          return Math.abs(sample - median) > threshold * spread ? median : sample;
        }),
      );
    }
  }
  assert.match(refusalOf({ type: "median", samples: 4 }, at(10)), /an odd number of samples/);
});

test("samples are normalized by numbers of the file, each channel's own or one for all", async () => {
  const samples = [1, 10, 2, 20, 3, 30, 4, 40];
  const fixed = (numbers: object, hop = 2) =>
    streamOf({ type: "normalize", by: "fixed", ...numbers }, [hop, 1], samples, { channels: 2 });
  assert.equal(
    await fixed({ mean: [1, 20], deviation: [2, 10] }),
    [0, -1, 0.5, 0, 1, 1, 1.5, 2].map(Math.fround),
  );
  assert.equal(
    await fixed({ mean: [2], deviation: [4] }),
    samples.map((x) => (x - 2) / 4),
  );
});

test("running normalization follows mean and deviation", async () => {
  const { integer } = random(7);
  const samples = Array.from({ length: 400 }, (_, i) => (i < 200 ? 500 : -3000) + integer(-100, 100));
  const found = await streamOf({ type: "normalize", over: "500 ms" }, [1, 20], samples);
  const part = 1 / 50;
  let [mean, variance] = [samples[0] as number, 0];
  const expected = samples.map((x) => {
    const apart = x - mean;
    mean += part * apart;
    variance = (1 - part) * (variance + part * apart * apart);
    return (x - mean) / Math.sqrt(variance + 1e-6);
  });
  assertNear(found, expected, 1e-4, "running");
  const still = await streamOf(
    { type: "normalize" },
    [10],
    Array.from({ length: 50 }, () => 42),
  );
  assert.ok(still.every((x) => x === 0));
});

test("normalizations that lack numbers, or have those of the other kind, are refused", () => {
  const of = (config: object) => refusalOf({ type: "normalize", ...config }, at(10, 3));
  assert.is(of({}), "taken");
  assert.match(of({ by: "fixed", mean: [0] }), /normalize.deviation: numbers are expected/);
  assert.match(
    of({ by: "fixed", mean: [0, 1], deviation: [1] }),
    /normalize.mean: 2 numbers for 3 channels; one/,
  );
  assert.match(of({ mean: [0] }), /normalize.mean: "by": "running" has none/);
  assert.match(of({ by: "fixed", over: "1 s" }), /normalize.over: "by": "fixed" has none/);
  assert.match(of({ over: "10 ms" }), /normalize.over: 10 ms are 1 samples; at least 2/);
});

test("the last good sample of a channel stands for those that are missing, stuck or clipped", async () => {
  const first = [5, -999, -999, 7, 100, 101, 8, 8, 8, 8, 9, -999];
  const second = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -100];
  const config = { type: "repair", sentinel: -999, low: -100, high: 100, stuck: "20 ms" };
  const found = await streamOf(config, [1, 3, 12], interleaved(first, second), { channels: 2 });
  assert.equal(every(found, 0, 2), [5, 5, 5, 7, 7, 7, 8, 8, 8, 8, 9, 9]);
  assert.equal(every(found, 1, 2), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11]);
});

test("shares of faults are those of the worst channel over the time", async () => {
  const first = [-999, -999, 5, 5, 5, 5, 5, 5, 1, 2, 3, 4];
  const second = [1, 2, 3, 4, 200, 6, 7, 8, 9, 10, 11, 12];
  const config = { type: "faults", sentinel: -999, high: 100, stuck: "20 ms", over: "40 ms" };
  const found = await streamOf(config, [2], interleaved(first, second), { channels: 2 });
  const shares = Array.from({ length: 6 }, (_, run) => found.slice(3 * run, 3 * run + 3));
  // Of the last 4 samples: missing, stuck, clipped. A channel is stuck from the third sample of one value on.
  assert.equal(shares, [
    [0.5, 0, 0],
    [0.5, 0, 0],
    [0, 0.5, 0.25],
    [0, 1, 0.25],
    [0, 0.5, 0],
    [0, 0, 0],
  ]);
  const both = await streamOf({ type: "faults", high: 5, stuck: "10 ms", over: "40 ms" }, [4], [5, 5, 5, 4]);
  assert.equal(both, [0, 0.5, 0.75]);
});

test("faults that are not told, or contradict each other, are refused", () => {
  for (const type of ["repair", "faults"]) {
    const of = (config: object) => refusalOf({ type, ...config }, at(10));
    assert.is(of({ stuck: "1 s" }), "taken");
    assert.match(of({}), /no faults to look for; sentinel, stuck, low or high/);
    assert.match(of({ low: 5, high: 5 }), /high: 5; more than 5 is expected/);
    assert.match(of({ sentinel: 1e39 }), /sentinel: 1e\+39; a number of float32/);
    assert.match(of({ stuck: "15 ms" }), /stuck: 15 ms are 1.500 samples/);
  }
});

test("statistics are of each channel's windows, in the order asked for", async () => {
  const { integer } = random(3);
  const samples = Array.from({ length: 80 }, () => integer(-1000, 1000));
  const config = {
    type: "statistics",
    window: "100 ms",
    stride: "50 ms",
    of: ["maximum", "mean", "rms", "standardDeviation", "peakToPeak"],
  };
  const found = await streamOf(config, [5, 1], samples, { channels: 2 });
  const expected = Array.from({ length: 7 }, (_, frame) =>
    [0, 1].flatMap((channel) => {
      const own = every(samples, channel, 2).slice(5 * frame, 5 * frame + 10);
      const mean = own.reduce((sum, x) => sum + x, 0) / 10;
      const square = own.reduce((sum, x) => sum + x * x, 0) / 10;
      const [most, least] = [Math.max(...own), Math.min(...own)];
      return [most, mean, Math.sqrt(square), Math.sqrt(square - mean ** 2), most - least];
    }),
  ).flat();
  assertNear(found, expected, 1e-5, "statistics");
  assert.match(
    refusalOf({ type: "statistics", of: ["rms", "rms"] }, at(10)),
    /statistics.of.1: rms is there twice/,
  );
});

test("stages that cut samples take what filters give as they take the source's", async () => {
  const { integer } = random(5);
  const samples = Array.from({ length: 1600 }, () => integer(-20_000, 20_000));
  const same = { type: "normalize", by: "fixed", mean: [0], deviation: [1] };
  const cutting = [
    { type: "window", length: "30 ms", stride: "10 ms" },
    { type: "statistics", window: "20 ms", stride: "10 ms" },
    { type: "spectral-features", window: "20 ms", stride: "10 ms" },
    { type: "log-mel", preset: "edge-impulse" },
  ];
  for (const config of cutting) {
    const [plain, filtered] = [
      await streamOf(config, [160], samples, { rate: 16_000 }),
      await streamOf([same, config], [160], samples, { rate: 16_000 }),
    ];
    assert.ok(plain.length > 0);
    assert.equal(filtered, plain, config.type);
  }
  // The source's int16 is transformed in integers, what filters give in float32.
  for (const config of [{ type: "log-mel" }, { type: "mfcc" }]) {
    const plain = await streamOf(config, [160], samples, { rate: 16_000 });
    assert.ok(plain.length > 0);
    assertNear(await streamOf([same, config], [160], samples, { rate: 16_000 }), plain, 1e-6, config.type);
  }
  assert.match(
    refusalOf([same, { type: "micro-frontend" }], at(160, 1, 16_000)),
    /"source" gives float32; int16 is expected, samples as the source gives them/,
  );
});

test("a chain of filters is one after the other", async () => {
  const samples = tone(2, 200).map((x, i) => (i % 17 === 0 ? -32_768 : x + 3000));
  const chain = [
    { type: "repair", low: -32_768 },
    { type: "median", samples: 3 },
    { type: "resample", rate: 50, crossings: 4 },
    { type: "filter", kind: "dc", cutoff: 0.1 },
    { type: "statistics", window: "1 s", stride: "500 ms", of: ["peakToPeak"] },
  ];
  const found = await streamOf(chain, [50, 10, 2], samples);
  assert.is(found.length, 3);
  for (const range of found.slice(1)) assert.ok(Math.abs(range - 20_000) < 800, `${range}`);
});

test.run();
