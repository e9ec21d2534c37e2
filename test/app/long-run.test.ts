import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeApplication } from "../../host/app/compose.js";
import { parseApplication } from "../../host/app/schema.js";
import { simulate } from "../../host/app/simulate.js";
import { openModule } from "../../host/package/open.js";
import { assemble } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { loudness } from "./plain-models.js";

/** Runs; a million with `WASMOTE_WINDOWS=1000000`. */
const windows = Number(process.env.WASMOTE_WINDOWS ?? 10_000);
const every = 250;

for (const on of ["wasm3", "node"]) {
  test(`${on}: ${windows} windows, in which nothing drifts, is lost, or grows`, async () => {
    const { graph, section } = composeApplication(
      parseApplication({
        name: "long",
        source: { type: "link", rate: 1000 },
        stages: {
          loudness: { type: "model", from: "source", file: "m", every: "2 ms" },
          alarm: {
            type: "decision",
            from: "loudness",
            mean: "4 ms",
            events: { loud: { over: 30, hold: "4 ms", refractory: "20 ms" } },
          },
        },
      }),
      { models: new Map([["m", loudness(4)]]), tables: new Map() },
    );
    const { wasm } = await assemble(graph, { typed: graph }, {});
    const runner = await openRunner(on, wasm, openModule(wasm));
    // Four loud samples at the end of each stretch; what rises by a little each time would be seen in the levels.
    const samples = new Int16Array(2 * windows);
    for (let at = every; at <= windows; at += every) samples.fill(10, 2 * at - 8, 2 * at - 4);
    const before = process.memoryUsage();
    const { events, runs } = await simulate(runner, section, samples);
    assert.is(runs, windows);
    assert.is(events.length, Math.floor(windows / every));
    for (const [i, { run, time, level }] of events.entries()) {
      assert.is(run, (i + 1) * every - 2, `event ${i}`);
      assert.is(level, events[0]?.level);
      assert.is(time, ((run + 1) * 2) / 1000);
    }
    globalThis.gc?.();
    const grown = process.memoryUsage().external - before.external;
    assert.ok(grown < 2 ** 24, `${grown} bytes more outside of the heap`);
    runner.close();
  });
}

test.run();
