import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import type { ApplicationInput } from "../../host/app/schema.js";
import { type RunResult, simulate } from "../../host/app/simulate.js";
import { openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import { writeNpy } from "../../host/run/tensor-files/npy.js";
import { random } from "../ops/harness.js";

/** Knocks, a sample each, and what is counted of them within so many runs; three of them are an alarm. */
const knocking = (within: string, most: number): ApplicationInput => ({
  name: "knocks",
  source: { type: "link", rate: 1000 },
  hop: "1 ms",
  stages: {
    pairs: { type: "statistics", from: "source", window: "1 ms", stride: "1 ms", of: ["rms"] },
    size: { type: "distance", from: "pairs", baseline: "zero.npy", measure: "nearest" },
    knocks: { type: "decision", from: "size", events: { knock: { over: 10 }, bang: { over: 100 } } },
    often: { type: "count", from: "knocks", within, most },
    alarm: {
      type: "decision",
      from: "often",
      events: { knocking: { class: "knock", over: 3 }, banging: { class: "bang", over: 2 } },
    },
  },
});

async function countsOf(application: ApplicationInput, samples: readonly number[]) {
  const zero = writeNpy({ dtype: "float32", shape: [1, 1], bytes: new Uint8Array(4) });
  const { wasm, section } = await buildApplication(application, {
    read: () => zero,
    beside: () => () => zero,
  });
  const results: RunResult[] = [];
  const runner = await openRunner("wasm3", wasm, openModule(wasm), {});
  await simulate(runner, section, Int16Array.from(samples), (result) => void results.push(result));
  runner.close();
  assert.equal(section.events, ["knock", "bang", "knocking", "banging"]);
  return results;
}

test("an event of three knocks within a time begins with the third, and counts begin to be old after that time", async () => {
  const samples = [50, 0, 50, 0, 50, 0, 0, 0, 0, 0, 50, 0, 0];
  const results = await countsOf(knocking("5 ms", 8), samples);
  const begun = results.flatMap(({ begins }, run) => (begins.includes(2) ? [run] : []));
  assert.equal(begun, [4]);
  assert.equal(
    results.map(({ levels }) => levels[2]),
    [1, 1, 2, 2, 3, 2, 2, 1, 1, 0, 1, 1, 1],
  );
});

test("counts are those of a plain count, up to the most that is counted", async () => {
  for (const [within, most] of [
    [7, 3],
    [20, 8],
    [1, 1],
  ] as const) {
    const { integer } = random(within);
    const samples = Array.from({ length: 60 }, () => [0, 0, 50, 500][integer(0, 3)] as number);
    const results = await countsOf(knocking(`${within} ms`, most), samples);
    const begins = (run: number, over: number) => samples[run]! >= over && !((samples[run - 1] ?? 0) >= over);
    for (const [run, { levels }] of results.entries()) {
      const expected = [10, 100].map((over) => {
        const last = Array.from({ length: within }, (_, back) => run - back).filter((at) => at >= 0);
        return Math.min(most, last.filter((at) => begins(at, over)).length);
      });
      assert.equal([...levels.slice(2)], expected, `run ${run}, within ${within}`);
    }
  }
});

test("only events are counted", async () => {
  const application = knocking("5 ms", 8);
  const wrong = {
    ...application,
    stages: { ...application.stages, often: { type: "count", from: "size", within: "5 ms" } },
  };
  try {
    await countsOf(wrong as ApplicationInput, [0]);
  } catch (error) {
    assert.match((error as Error).message, /stages.often.from: "size" gives scores; events are expected/);
    return;
  }
  assert.unreachable();
});

test.run();
