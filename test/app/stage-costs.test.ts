import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeApplication } from "../../host/app/compose.js";
import { parseApplication } from "../../host/app/schema.js";
import { StageCounter } from "../../host/app/stage-costs.js";
import { openCounted } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import { assemble } from "../../host/pipeline.js";
import { loudness } from "./plain-models.js";

/** Hops of four samples, of which the second model hears those in which the first one's event lasts. */
async function cascade() {
  const model = { type: "model", from: "source", every: "4 ms" } as const;
  const { graph, section } = composeApplication(
    parseApplication({
      name: "cascade",
      source: { type: "link", rate: 1000 },
      stages: {
        small: { ...model, file: "small" },
        alarm: { type: "decision", from: "small", events: { loud: { over: 100 } } },
        large: { ...model, file: "large", when: "loud" },
        sure: { type: "decision", from: "large", events: { sure: { over: 100 } } },
      },
    }),
    { models: new Map(["small", "large"].map((name) => [name, loudness(4)])), tables: new Map() },
  );
  const { wasm } = await assemble(graph, { typed: graph }, {});
  const opened = openModule(wasm);
  return new StageCounter(await openCounted(wasm, opened), opened.manifest, section, [
    "small",
    "alarm",
    "large",
    "sure",
  ]);
}

const hops = (...sizes: readonly number[]) =>
  Int16Array.from(sizes.flatMap((size) => [size, size, size, size]));

test("of a cascade, each stage's runs and instructions are counted, over all recordings", async () => {
  const counter = await cascade();
  counter.add(hops(0, 20, 0, 0, 20, 20, 0, 0));
  counter.add(Int16Array.of(...hops(0, 20), 1, 2));
  const { runs, instructions, stages } = counter.costs();
  const [small, large] = ["small", "large"].map((name) => stages.find(({ stage }) => stage === name));
  assert.is(runs, 10);
  assert.equal([small?.runs, large?.runs], [10, 4]);
  assert.is(
    instructions,
    stages.reduce((sum, each) => sum + each.instructions, 0),
  );
  assert.ok(large && small && large.instructions > 0 && small.instructions > large.instructions);
  assert.equal(counter.costs(), { runs, instructions, stages }, "nothing is counted twice");
});

test("instructions are the same each time", async () => {
  const costs = [];
  for (let i = 0; i < 2; i++) {
    const counter = await cascade();
    counter.add(hops(0, 20, 0));
    costs.push(counter.costs());
  }
  assert.equal(costs[0], costs[1]);
});

test.run();
