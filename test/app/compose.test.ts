import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeApplication } from "../../host/app/compose.js";
import { type ApplicationInput, parseApplication } from "../../host/app/schema.js";
import { type RunResult, simulate } from "../../host/app/simulate.js";
import { WasmoteError } from "../../host/errors.js";
import { openModule } from "../../host/package/open.js";
import { assemble } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";
import { random } from "../ops/harness.js";
import { counter, loudness } from "./plain-models.js";

const models = new Map([
  ["loud4.tflite", loudness(4)],
  ["loud8.tflite", loudness(8)],
  ["loud12.tflite", loudness(12)],
  ["counter.tflite", counter],
]);

/** The same rms, range and crossings of zero of three axes. */
const rest = (...of: number[]): number[] => [of, of, of].flat();

const tables = new Map([
  ["rows.npy", { rows: 3, columns: 2, values: Float32Array.of(0, 0, 2, 4, 4, 8) }],
  // About what the page's filter chain gives at rest.
  [
    "still.npy",
    {
      rows: 2,
      columns: 9,
      values: Float32Array.of(...rest(20, 100, 25), ...rest(40, 200, 65)),
    },
  ],
]);

const composed = (application: ApplicationInput) =>
  composeApplication(parseApplication(application), { models, tables });

/** What every run gives, the same on all engines. */
async function resultsOf(application: ApplicationInput, samples: readonly number[]): Promise<RunResult[]> {
  const { graph, section } = composed(application);
  const { wasm } = await assemble(graph, { typed: graph }, {});
  let expected: RunResult[] | undefined;
  for (const [on, tier] of engines) {
    const runner = await openRunner(on, wasm, openModule(wasm), { tier });
    const results: RunResult[] = [];
    const each = (result: RunResult) => void results.push(result);
    await simulate(runner, section, Int16Array.from(samples), each);
    runner.close();
    expected ??= results;
    assert.equal(results, expected, `${on}, ${tier}`);
  }
  return expected as RunResult[];
}

const link = { type: "link", rate: 1000 } as const;

test("a model runs on the last samples, as often as it is told, and its score lasts", async () => {
  const results = await resultsOf(
    {
      name: "loud",
      source: link,
      stages: {
        loudness: { type: "model", from: "source", file: "loud8.tflite", every: "4 ms" },
        alarm: { type: "decision", from: "loudness", events: { loud: { over: 100, under: 50 } } },
      },
      hop: "2 ms",
    },
    [1, 1, 1, 1, 1, 1, 1, 1, 20, 20, 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9],
  );
  assert.equal(
    results.map(({ levels }) => levels[0]),
    [0, 0, 0, 1, 1, 200.5, 200.5, 200, 200, 0, 0],
  );
  assert.equal(
    results.map(({ begins, active }) => (begins.length > 0 ? "!" : active[0] === 1 ? "=" : ".")).join(""),
    ".....!===..",
  );
  assert.equal(results[5]?.time, 0.012);
});

test("a model that waits for an event runs while it lasts, on what came meanwhile", async () => {
  const results = await resultsOf(
    {
      name: "cascade",
      source: link,
      hop: "2 ms",
      stages: {
        large: {
          type: "model",
          from: "source",
          file: "counter.tflite",
          when: "loud",
          classes: ["count", "sum"],
          every: "2 ms",
        },
        small: { type: "model", from: "source", file: "loud4.tflite", every: "2 ms" },
        alarm: { type: "decision", from: "small", events: { loud: { over: 100 } } },
        heard: {
          type: "decision",
          from: "large",
          events: { twice: { class: "count", over: 2 }, sum: { over: 30 } },
        },
      },
    },
    [0, 0, 0, 0, 20, 20, 20, 12, 0, 0, 0, 0, 0, 0],
  );
  const levels = results.map((result) => [...result.levels]);
  // Loud from the third run to the fifth: the large model runs three times, on two samples each.
  assert.equal(
    levels.map(([loud]) => (loud as number) >= 100),
    [false, false, true, true, true, false, false],
  );
  assert.equal(
    levels.map(([, count]) => count),
    [0, 0, 1, 2, 3, 3, 3],
  );
  assert.equal(
    levels.map(([, , sum]) => sum),
    [0, 0, 40, 32, 0, 0, 0],
  );
  assert.equal(
    results.map(({ begins }) => begins),
    [[], [], [0, 2], [1], [], [], []],
  );
});

test("scores are smoothed by their mean, or by how often each was the highest", async () => {
  const stages = (smoothing: object): ApplicationInput["stages"] => ({
    count: {
      type: "model",
      from: "source",
      file: "counter.tflite",
      classes: ["count", "sum"],
      every: "2 ms",
    },
    heard: { type: "decision", from: "count", ...smoothing, events: { sum: { over: 0.5 } } },
  });
  const samples = [6, 0, 0, 0, 6, 0, 2, 0, 8, 0];
  const levels = async (smoothing: object) =>
    (await resultsOf({ name: "a", source: link, stages: stages(smoothing), hop: "2 ms" }, samples)).map(
      (result) => result.levels[0],
    );
  assert.equal(await levels({}), [6, 0, 6, 2, 8]);
  assert.equal(await levels({ mean: "4 ms" }), [3, 3, 3, 4, 5]);
  // The count is 1, 2, 3, 4, 5: the sum is higher in the first, the third and the fifth run.
  assert.equal(await levels({ majority: "4 ms" }), [0.5, 0.5, 0.5, 0.5, 0.5]);
  assert.equal(await levels({ majority: "2 ms" }), [1, 0, 1, 0, 1]);
});

test("where the highest class alone begins, classes without an event count, too", async () => {
  const stages = (highest: boolean): ApplicationInput["stages"] => ({
    count: {
      type: "model",
      from: "source",
      file: "counter.tflite",
      classes: ["count", "sum"],
      every: "2 ms",
    },
    heard: { type: "decision", from: "count", highest, events: { sum: { over: 2 } } },
  });
  const samples = [6, 0, 0, 0, 2, 0, 3, 0, 8, 0];
  const begins = async (highest: boolean) =>
    (await resultsOf({ name: "a", source: link, stages: stages(highest), hop: "2 ms" }, samples)).map(
      (result) => result.begins.length,
    );
  assert.equal(await begins(false), [1, 0, 1, 0, 0]);
  assert.equal(await begins(true), [1, 0, 0, 0, 1]);
});

test("distances are from a baseline's mean in its deviations, or from its nearest row", async () => {
  const stages = (measure: "deviation" | "nearest"): ApplicationInput["stages"] => ({
    pairs: { type: "window", from: "source", length: "2 ms", stride: "2 ms" },
    apart: { type: "distance", from: "pairs", baseline: "rows.npy", measure },
    odd: { type: "decision", from: "apart", events: { odd: { over: 2 } } },
  });
  const levels = async (measure: "deviation" | "nearest") =>
    (await resultsOf({ name: "a", source: link, stages: stages(measure) }, [2, 4, 6, 4, 4, 9])).map(
      (result) => result.levels[0] as number,
    );
  const [mean, deviation] = [
    [2, 4],
    [Math.sqrt(8 / 3), Math.sqrt(32 / 3)],
  ] as const;
  const expected = ([x, y]: readonly [number, number]) =>
    Math.sqrt((((x - mean[0]) / deviation[0]) ** 2 + ((y - mean[1]) / deviation[1]) ** 2) / 2);
  const found = await levels("deviation");
  for (const [i, pair] of (
    [
      [2, 4],
      [6, 4],
      [4, 9],
    ] as const
  ).entries())
    assert.ok(Math.abs((found[i] as number) - expected(pair)) < 1e-6, `${found[i]} ${expected(pair)}`);
  assert.equal(await levels("nearest"), [0, 4, 1]);
});

test("random applications give what their stages mean", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const { integer, real } = random(seed);
    const [hop, every] = [integer(1, 4), integer(1, 3)];
    const samples = Array.from({ length: hop * 40 }, () => integer(-30, 30));
    const over = 100 + 250 * real();
    const [hold, refractory] = [integer(1, 3), integer(0, 6)];
    const results = await resultsOf(
      {
        name: "random",
        source: link,
        hop: `${hop} ms`,
        stages: {
          loudness: { type: "model", from: "source", file: "loud8.tflite", every: `${hop * every} ms` },
          alarm: {
            type: "decision",
            from: "loudness",
            events: {
              loud: {
                over,
                hold: `${hold * hop} ms`,
                ...(refractory > 0 && { refractory: `${refractory * hop} ms` }),
              },
            },
          },
        },
      },
      samples,
    );
    const steps = Math.ceil(8 / hop);
    let [level, row, lasts, wait] = [0, 0, false, 0];
    for (const [run, result] of results.entries()) {
      if (run >= steps - 1 && (run - steps + 1) % every === 0) {
        const first = (run - steps + 1) * hop;
        const sum = samples.slice(first, first + 8).reduce((total, sample) => total + sample ** 2, 0);
        level = Math.fround(sum / 8);
      }
      assert.is(result.levels[0], level, `seed ${seed}, run ${run}`);
      const passes = lasts ? level < Math.fround(over) : level >= Math.fround(over);
      row = passes ? row + 1 : 0;
      const begins = !lasts && row >= hold && wait === 0;
      if (begins || (lasts && row > 0)) [lasts, row] = [!lasts, 0];
      wait = begins ? refractory : Math.max(0, wait - 1);
      assert.equal(result.begins, begins ? [0] : [], `seed ${seed}, run ${run}`);
      assert.is(result.active[0], lasts ? 1 : 0);
    }
  }
});

const base = {
  name: "a",
  source: link,
  hop: "2 ms",
  stages: {
    small: { type: "model", from: "source", file: "loud4.tflite", every: "2 ms" },
    alarm: { type: "decision", from: "small", events: { loud: { over: 1 } } },
  },
} as const;

function refusal(change: object): string {
  try {
    composed({ ...base, ...change } as ApplicationInput);
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "application-invalid") return error.detail;
    throw error;
  }
  return "taken";
}

test("what is wrong is refused with the place", () => {
  const { small, alarm } = base.stages;
  const stage = (name: string, change: object) => refusal({ stages: { ...base.stages, [name]: change } });
  assert.is(refusal({}), "taken");
  assert.match(refusal({ name: "" }), /^name: ""; a name of letters/);
  assert.match(refusal({ nmae: "a" }), /nmae/);
  assert.match(
    refusal({ source: { type: "camera", rate: 1 } }),
    /^source.*: "camera"; a source whose "type" is/,
  );
  assert.match(refusal({ source: { ...link, rate: 0 } }), /^source.rate/);
  assert.match(refusal({ hop: "2" }), /^hop: "2"; a time as "20 ms"/);
  assert.match(refusal({ hop: "0.5 ms" }), /^hop: 0.5 ms are 0.500 samples; a whole number/);
  const { every: _, ...free } = small;
  assert.match(refusal({ hop: undefined, stages: { small: free, alarm } }), /^hop: a time is expected/);
  assert.match(refusal({ hop: "4 ms" }), /^hop: 4 ms; a part of the 2 ms of "small"/);
  assert.match(
    refusal({ source: { ...link, channels: 3 } }),
    /takes 4 numbers, no multiple of the 3 channels/,
  );
  assert.match(
    stage("small", { ...small, type: "modle" }),
    /^stages.small.*; a stage whose "type" is one of/,
  );
  assert.match(
    stage("small", { ...small, from: "sound" }),
    /^stages.small.from: "sound"; there are source, small, alarm/,
  );
  assert.match(stage("small", { ...small, from: "alarm" }), /depends on itself/);
  assert.match(stage("small", { ...small, when: "quiet" }), /^stages.small.when: "quiet" is no event/);
  assert.match(stage("small", { ...small, every: "3 ms" }), /^hop: 2 ms; a part of the 3 ms of "small"/);
  assert.match(stage("small", { ...small, classes: ["a", "b"] }), /2 names for 1 scores/);
  assert.match(stage("alarm", { ...alarm, from: "source" }), /"source" gives samples; scores are expected/);
  assert.match(stage("alarm", { ...alarm, events: {} }), /at least one event/);
  assert.match(
    stage("alarm", { ...alarm, events: { loud: { over: 1, under: 2 } } }),
    /events.loud.under: 2; at most 1/,
  );
  assert.match(
    stage("alarm", { ...alarm, events: { loud: { over: 1, class: 1 } } }),
    /class: 1; there are 1 scores/,
  );
  assert.match(stage("alarm", { ...alarm, mean: "2 ms", majority: "2 ms" }), /either a mean or a majority/);
  assert.match(stage("other", { ...alarm, events: { loud: { over: 1 } } }), /two events are called "loud"/);
  assert.match(refusal({ stages: { small } }), /a decision is expected/);
  assert.match(refusal({ actions: [{ on: "quiet", do: "line" }] }), /^actions.0.on: "quiet"; there are loud/);
  assert.match(refusal({ actions: [{ on: "loud", do: "gpio" }] }), /^actions.0.pin/);
});

/** The hop of an application of these stages, whose last one cuts; or why it is refused. */
function hopOf(
  stages: Readonly<Record<string, object>>,
  { rate = 1000, ...rest }: { rate?: number; hop?: string } = {},
): number | string {
  const alarm = { type: "decision", from: "apart", events: { loud: { class: 0, over: 1 } } };
  const apart = { type: "model", from: Object.keys(stages).at(-1), file: "loud4.tflite" };
  try {
    return composed({
      ...{ name: "a", source: { ...link, rate }, ...rest },
      stages: { ...stages, apart, alarm } as ApplicationInput["stages"],
    }).section.hop;
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "application-invalid") return error.detail;
    throw error;
  }
}

test("a run takes what all cuts are multiples of, behind filters and at other rates, too", () => {
  const windows = (from: string, stride: string, length = "4 ms") => ({
    type: "window",
    from,
    length,
    stride,
  });
  const smooth = { type: "filter", from: "source", kind: "low-pass", cutoff: 100 };
  const slow = { type: "resample", from: "source", rate: 250 };
  assert.is(hopOf({ windows: windows("source", "6 ms") }), 6);
  assert.is(hopOf({ smooth, windows: windows("smooth", "6 ms") }), 6);
  assert.is(hopOf({ smooth, other: windows("smooth", "4 ms"), windows: windows("smooth", "6 ms") }), 2);
  assert.is(hopOf({ smooth, windows: windows("smooth", "6 ms") }, { hop: "3 ms" }), 3);
  assert.match(
    String(hopOf({ smooth, windows: windows("smooth", "6 ms") }, { hop: "4 ms" })),
    /^hop: 4 ms; a part of the 6 ms of "windows" is expected/,
  );
  const slowly = windows("slow", "12 ms", "16 ms");
  assert.is(hopOf({ slow, slowly }), 12);
  assert.is(hopOf({ slow, slowly }, { hop: "4 ms" }), 4);
  assert.match(
    String(hopOf({ slow, slowly }, { hop: "6 ms" })),
    /^hop: 6 ms; a multiple of 4 ms, of which "slow" makes whole samples, is expected/,
  );
  assert.match(
    String(hopOf({ slow, slowly }, { hop: "8 ms" })),
    /^hop: 8 ms; a part of the 12 ms of "slowly"/,
  );
  assert.match(
    String(hopOf({ slow, other: windows("source", "6 ms"), slowly })),
    /^stages.other: it cuts every 6 ms; a multiple of 4 ms, of which "slow" makes whole samples, is expected/,
  );
  // No more than a run may take: two halves of a picture.
  const picture = {
    type: "picture",
    from: "source",
    width: 320,
    height: 240,
    resize: { width: 2, height: 2 },
  };
  assert.is(hopOf({ picture }), 38_400);
  assert.is(hopOf({ slow: { ...slow, rate: 1000 / 1024 }, picture }), 25_600);
  assert.match(
    String(hopOf({ picture }, { hop: "76.8 s" })),
    /^hop: 76.8 s are 76800 samples; at most 65536/,
  );
  // Twice 2 / 5 of the rate: 4 / 25.
  const slower = { type: "resample", from: "slow", rate: 160 };
  const chain = { slow: { ...slow, rate: 400 }, slower };
  assert.is(hopOf({ ...chain, windows: windows("slower", "100 ms", "25 ms") }), 100);
  assert.is(hopOf({ ...chain, windows: windows("slower", "100 ms", "25 ms") }, { hop: "25 ms" }), 25);
  assert.match(
    String(hopOf({ ...chain, windows: windows("slower", "12.5 ms", "25 ms") })),
    /^stages.windows: it cuts every 2 samples of "slower"; a multiple of 4 \(25 ms\) is expected/,
  );
  assert.match(
    String(hopOf({ ...chain, windows: windows("slower", "100 ms", "25 ms") }, { hop: "20 ms" })),
    /^hop: 20 ms; a multiple of 25 ms, of which "slow" and "slower" make whole samples/,
  );
  // There and back: the chain as a whole has the source's rate, and still takes whole samples between.
  const there = { slow: { ...slow, rate: 200 }, back: { ...slower, rate: 1000 } };
  assert.is(hopOf({ ...there, windows: windows("back", "10 ms") }), 10);
  assert.match(String(hopOf({ ...there, windows: windows("back", "4 ms") })), /^stages.windows: .* 5 ms/);
  assert.match(
    String(hopOf({ slow })),
    /^hop: a multiple of 4 ms, of which "slow" makes whole samples, is expected, since no stage cuts/,
  );
  assert.is(hopOf({ slow }, { hop: "8 ms" }), 8);
});

test("a model takes the last samples of a filter, at its rate", async () => {
  const samples = Array.from({ length: 64 }, (_, i) => (i < 32 ? 100 : 300));
  const results = await resultsOf(
    {
      name: "slow",
      source: link,
      stages: {
        half: { type: "normalize", from: "source", by: "fixed", mean: [0], deviation: [2] },
        slow: { type: "resample", from: "half", rate: 250, crossings: 2 },
        loudness: { type: "model", from: "slow", file: "loud4.tflite", every: "16 ms" },
        alarm: { type: "decision", from: "loudness", events: { loud: { over: 10_000 } } },
      },
      hop: "8 ms",
    },
    samples,
  );
  assert.is(results.length, 8);
  const levels = results.map((result) => result.levels[0] as number);
  // Four samples of 250 Hz in 16 ms; the step comes two of them later.
  assert.is(levels[0], 0);
  for (const level of levels.slice(1, 4)) assert.ok(Math.abs(level - 2500) < 1, `${level}`);
  assert.ok(Math.abs((levels[7] as number) - 22_500) < 100, `${levels[7]}`);
});

test("a decision tells a sensor that is stuck", async () => {
  const results = await resultsOf(
    {
      name: "broken",
      source: link,
      hop: "2 ms",
      stages: {
        faults: { type: "faults", from: "source", stuck: "2 ms", over: "4 ms" },
        health: { type: "decision", from: "faults", events: { stuck: { over: 0.9, under: 0.1 } } },
      },
    },
    [1, 2, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7],
  );
  assert.equal(
    results.map(({ active }) => active[0]),
    [0, 0, 0, 1, 1, 0],
  );
  assert.equal(
    results.map(({ begins }) => begins.length),
    [0, 0, 0, 1, 0, 0],
  );
});

test("the page's chain of filters tells motion from rest, and a sensor that is stuck", async () => {
  const page = readFileSync(new URL("../../docs/applications.md", import.meta.url), "utf8");
  const [application] = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)]
    .map(([, json]) => JSON.parse(json as string))
    .filter(({ name }) => name === "shaking");
  const { integer } = random(4);
  const samples = Array.from({ length: 200 * 36 }, (_, i) => {
    const [time, shakes] = [i / 200, i >= 2000 && i < 3600];
    const wave = shakes ? 6000 * Math.sin(2 * Math.PI * 5 * time) : 0;
    // An outlier now and then, and from 28 s on an axis that hangs.
    const outlier = i % 97 === 50 ? 20_000 : 0;
    return [
      Math.round(wave) + integer(-100, 100) + outlier,
      Math.round(wave / 2) + integer(-100, 100),
      time >= 28 ? 16_400 : 16_384 + integer(-100, 100),
    ];
  }).flat();
  const results = await resultsOf(application, samples);
  const begins = results.flatMap(({ time, begins }) => begins.map((event) => [event, time] as const));
  const names = composed(application).section.events;
  assert.equal(
    begins.map(([event]) => names[event]),
    ["shaking", "stuck"],
  );
  const [shaking = 0, stuck = 0] = begins.map(([, time]) => time);
  assert.ok(shaking > 10 && shaking <= 12, `shaking after ${shaking} s`);
  assert.ok(stuck > 30.5 && stuck <= 32, `stuck after ${stuck} s`);
});

test("samples may wait for a while, in whole hops", () => {
  const waiting = (buffer: string) =>
    composed({ ...base, source: { type: "adc", rate: 1000, pin: 26, buffer } }).section.source.buffer;
  assert.equal([waiting("1 ms"), waiting("5 ms"), waiting("128 ms")], [2, 3, 64]);
  assert.match(
    refusal({ source: { type: "adc", rate: 1000, pin: 26, buffer: "129 ms" } }),
    /^source.buffer: 129 ms are 65 hops; at most 64/,
  );
});

test("what a board has to know beside the model", () => {
  const { section } = composed({
    ...base,
    source: { type: "imu", chip: "mpu6050", rate: 100, axes: 3 },
    hop: "20 ms",
    stages: {
      small: { type: "model", from: "source", file: "loud12.tflite" },
      alarm: base.stages.alarm,
    },
    actions: [
      { on: "loud", do: "gpio", pin: 25, for: "1.5 s" },
      { on: "loud", do: "line" },
    ],
    share: { events: true },
  });
  assert.equal(section, {
    version: 1,
    source: { driver: "imu", rate: 100, channels: 3, buffer: 4, chip: "mpu6050" },
    hop: 2,
    events: ["loud"],
    actions: [
      { event: 0, kind: "gpio", pin: 25, high: true, milliseconds: 1500 },
      { event: 0, kind: "line" },
    ],
    log: true,
    share: { events: true, counters: false, capture: false },
  });
});

test.run();
