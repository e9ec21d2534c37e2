import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeApplication } from "../../host/app/compose.js";
import { type ApplicationInput, parseApplication } from "../../host/app/schema.js";
import { type RunResult, simulate } from "../../host/app/simulate.js";
import { WasmoteError } from "../../host/errors.js";
import { appOf, decodeApp, encodeApp, withApp } from "../../host/package/app.js";
import { openModule } from "../../host/package/open.js";
import { assemble } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";

const compose = (application: ApplicationInput) =>
  composeApplication(parseApplication(application), { models: new Map(), tables: new Map() });

/** Windows of two samples, of which the mean and the root mean square are features; a run takes one sample. */
const base = {
  name: "pairs",
  source: { type: "link", rate: 1000 },
  hop: "1 ms",
  stages: {
    pairs: { type: "statistics", from: "source", window: "2 ms", stride: "2 ms", of: ["mean", "rms"] },
    faults: { type: "faults", from: "source", sentinel: -1, stuck: "5 ms", over: "10 ms" },
    health: {
      type: "decision",
      from: "faults",
      events: { stuck: { over: 0.5 }, off: { class: "missing", over: 0.9 } },
    },
  },
} as const satisfies ApplicationInput;

const refusal = (share: ApplicationInput["share"], change: Partial<ApplicationInput> = {}): string => {
  try {
    compose({ ...base, ...change, share });
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "application-invalid") return error.detail;
    throw error;
  }
  throw new Error("it was not refused");
};

test("what is observed of a stage is there in the runs that give it, and no number in others", async () => {
  const histograms = [
    { of: "pairs", feature: 1, bounds: [2, 10] },
    { of: "stuck" },
    { of: "faults", feature: 2, bounds: "log2" },
    { of: "pairs" },
  ] as const;
  const { graph, section } = compose({
    ...base,
    share: { histograms: histograms.map((each) => each as never) },
  });
  assert.equal(
    section.histograms?.map(({ name, tensor, element }) => [name, tensor, element]),
    [
      ["pairs 1", "observed", 0],
      ["stuck", "levels", 0],
      ["faults 2", "observed", 1],
      ["pairs 0", "observed", 2],
    ],
  );
  const [first, second, third] = section.histograms?.map(({ bounds }) => bounds) ?? [];
  assert.equal(first, [2, 10]);
  assert.equal([second?.length, second?.[0], second?.[14]], [15, 1 / 16, 15 / 16]);
  assert.equal([third?.length, third?.[0], third?.[14]], [15, 1 / 128, 128]);
  const { wasm } = await assemble(graph, { typed: graph }, {});
  const file = withApp(wasm, section);
  assert.equal(appOf(file), section);
  for (const on of ["wasm3", "node"]) {
    const runner = await openRunner(on, file, openModule(file), {});
    const results: RunResult[] = [];
    await simulate(
      runner,
      section,
      Int16Array.of(3, 4, 0, 10, 5, 5),
      (result) => void results.push(result),
      1,
    );
    runner.close();
    const observed = results.map(({ judged }) => [...(judged[0] as Float32Array)]);
    assert.equal(
      observed.map(([rms, , mean]) => [rms, mean]),
      [
        [Number.NaN, Number.NaN],
        [Math.fround(Math.sqrt(12.5)), 3.5],
        [Number.NaN, Number.NaN],
        [Math.fround(Math.sqrt(50)), 5],
        [Number.NaN, Number.NaN],
        [5, 5],
      ],
    );
    assert.ok(observed.every(([, faults]) => Number.isFinite(faults)));
  }
});

test("snippets are told in whole runs, at least as long as they are asked for", () => {
  const { section } = compose({
    ...base,
    hop: "2 ms",
    share: { snippets: { before: "5 ms", after: "0 ms", on: ["off"], perDay: "1.5 KB", keep: 3 } },
  });
  assert.equal(section.share.snippets, { before: 3, after: 0, keep: 3, events: [1], perDay: 1536 });
  assert.equal(decodeApp(encodeApp(section)), section);
  const { share } = compose({ ...base, share: { snippets: { perDay: "64 KB" } } }).section;
  assert.equal(share.snippets, { before: 500, after: 500, keep: 1, events: [0, 1], perDay: 65_536 });
});

test("an application of a source alone has runs of 20 ms, and room for half a second", () => {
  const source = { type: "microphone" } as const;
  const { section } = compose({ name: "sound", source, share: { capture: true } });
  assert.equal([section.hop, section.source.buffer, section.share.capture], [320, 25, true]);
  const slow = { type: "adc", rate: 10, pin: 26 } as const;
  const { section: slowly } = compose({ name: "slow", source: slow, share: { capture: true }, hop: "1 s" });
  assert.equal([slowly.hop, slowly.source.buffer], [10, 4]);
  assert.match(refusal({}, { stages: {} }), /^stages: a decision is expected/);
});

test("what cannot be shared is refused with what is expected", () => {
  assert.match(refusal({ snippets: {} as never }), /^share.snippets.perDay/);
  assert.match(refusal({ snippets: { perDay: "64" } }), /^share.snippets.perDay: "64"; a size as "64 KB"/);
  assert.match(
    refusal({ snippets: { perDay: "1 B" } }),
    /perDay: 1 B; at least the 2002 bytes of one snippet/,
  );
  assert.match(refusal({ snippets: { perDay: "5000 MB" } }), /of at most 4294967295 bytes/);
  assert.match(refusal({ snippets: { perDay: "64 KB", on: ["on"] } }), /on.0: "on"; there are stuck, off/);
  assert.match(refusal({ snippets: { perDay: "64 KB", before: "2 min" } }), /before: 2 min are 120000 runs/);
  assert.match(refusal({ snippets: { perDay: "64 KB", keep: 9 } }), /^share.snippets.keep/);
  assert.match(
    refusal({ histograms: [{ of: "on" }] }),
    /histograms.0.of: "on"; an event is expected, or a stage/,
  );
  assert.match(refusal({ histograms: [{ of: "health" }] }), /histograms.0.of: "health"; an event/);
  assert.match(refusal({ histograms: [{ of: "pairs", feature: 2 }] }), /feature: 2; "pairs" gives 2 numbers/);
  assert.match(refusal({ histograms: [{ of: "stuck", bounds: [2, 1] }] }), /bounds: 2, 1; ascending numbers/);
  assert.match(refusal({ samples: 1 } as never), /^share: /);
});

test("a section whose snippets or histograms are astray is refused", () => {
  const { section } = compose({
    ...base,
    share: { snippets: { perDay: "64 KB" }, histograms: [{ of: "stuck" }] },
  });
  const snippets = section.share.snippets as NonNullable<typeof section.share.snippets>;
  const [histogram] = section.histograms ?? [];
  const wrong: [Partial<typeof section>, RegExp][] = [
    [
      { share: { ...section.share, snippets: { ...snippets, events: [2] } } },
      /share.snippets.events: there are 2/,
    ],
    [{ share: { ...section.share, snippets: { ...snippets, before: 65_537 } } }, /share.snippets.before/],
    [
      { hop: 65_536, share: { ...section.share, snippets: { ...snippets, after: 65_536 } } },
      /share.snippets: at most/,
    ],
    [{ histograms: [{ ...histogram!, element: 2 }] }, /histograms.0.element: there are 2/],
    [{ histograms: [{ ...histogram!, bounds: [1, 1] }] }, /histograms.0.bounds: ascending/],
    [{ histograms: [{ ...histogram!, bounds: [] }] }, /histograms.0.bounds: 1 to 31 numbers/],
  ];
  for (const [change, expected] of wrong) assert.throws(() => encodeApp({ ...section, ...change }), expected);
});

test.run();
