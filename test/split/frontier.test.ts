import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { loweringOf } from "../../host/lower/index.js";
import { planMemory } from "../../host/plan/plan.js";
import { Chooser } from "../../host/split/choose.js";
import { Estimate } from "../../host/split/estimate.js";
import { type Planner, splitFrontier, splitToFit } from "../../host/split/index.js";
import { splitGraph } from "../../host/split/split-graph.js";
import { randomChain } from "./random-chain.js";

const test = suite("the choice of splits");

const planner: Planner = { plan: (graph) => planMemory(graph, loweringOf), needsOf: loweringOf };
const chains = Array.from({ length: 12 }, (_, i) => randomChain(i + 1, "int8", 4));
const frontiers = chains.map((graph) => splitFrontier(graph, planner));

test("a frontier goes down in memory, from the graph itself to the smallest variant", () => {
  let [variants, smallest] = [0, 1];
  for (const [seed, [plain, ...others]] of frontiers.entries()) {
    assert.is(plain?.graph, chains[seed]);
    let before = plain;
    for (const variant of others) {
      assert.ok(variant.plan.arenaBytes < (before?.plan.arenaBytes ?? 0), `arena, chain ${seed}`);
      assert.ok(variant.splits.length > 0 && variant.calls > (plain?.calls ?? 0));
      before = variant;
      variants++;
      smallest = Math.min(smallest, variant.plan.arenaBytes / (plain?.plan.arenaBytes ?? 0));
    }
  }
  const [graph] = chains;
  assert.equal(splitFrontier(graph as Graph, planner), frontiers[0], "the same every time");
  assert.ok(variants > 15 && smallest < 0.6, `${variants} variants, down to ${smallest}`);
});

test("the estimate of a choice is what its plan needs, but for what in-place operators save besides", () => {
  let [same, all] = [0, 0];
  for (const [seed, graph] of chains.entries()) {
    const { order, aliveBytes, boundBytes } = planner.plan(graph);
    const chooser = new Chooser(graph, order, new Estimate(graph, order, aliveBytes, loweringOf));
    for (const share of [0.9, 0.75, 0.6, 0.5]) {
      const choice = chooser.within(boundBytes * share);
      if (choice === undefined) continue;
      assert.ok(choice.peakBytes <= boundBytes * share);
      const plan = planner.plan(splitGraph(graph, order, choice.splits));
      assert.ok(
        plan.boundBytes <= choice.peakBytes * 1.05 + 64,
        `${plan.boundBytes} of ${choice.peakBytes}, seed ${seed}`,
      );
      all++;
      if (Math.abs(plan.boundBytes - choice.peakBytes) <= choice.peakBytes * 0.02) same++;
    }
  }
  assert.ok(all > 20 && same > all / 2, `${same} of ${all}`);
});

test("what fits is left as it is; what does not is made to fit, or as small as was found", () => {
  let [fitted, tried] = [0, 0];
  for (const [seed, frontier] of frontiers.entries()) {
    const [graph, plain] = [chains[seed] as Graph, frontier[0]];
    if (plain === undefined || frontier.length < 2) continue;
    assert.is(splitToFit(graph, planner, plain.plan.arenaBytes).graph, graph);
    const wanted = frontier.at(-1)?.plan.arenaBytes ?? 0;
    const found = splitToFit(graph, planner, wanted).plan.arenaBytes;
    assert.ok(found < plain.plan.arenaBytes, `seed ${seed}`);
    tried++;
    if (found <= wanted) fitted++;
    assert.ok(splitToFit(graph, planner, 1).plan.arenaBytes < plain.plan.arenaBytes, "as small as was found");
  }
  assert.ok(tried > 5 && fitted > 0.7 * tried, `${fitted} of ${tried}`);
});

test.run();
