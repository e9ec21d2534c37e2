import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allocate } from "../../host/plan/allocate.js";
import { firstFit, neighboursOf, sequences } from "../../host/plan/first-fit.js";
import { climb } from "../../host/plan/hill-climbing.js";
import { planMemory } from "../../host/plan/plan.js";
import { printPlan } from "../../host/plan/print.js";
import { searchLayout } from "../../host/plan/search.js";
import { assertGolden } from "../golden.js";
import { anyLowering } from "./graphs.js";
import { type Likeness, randomGraph } from "./random-graph.js";
import { randomSchedule } from "./random-schedule.js";

/*
 * Plans are the same on every machine, so that a model's file is. What the planner's heuristics choose among plans
 * that are all valid is held here: where a change moves it, the diff shows for better or worse.
 */
const test = suite("memory plans, as they were");

const line = (name: string, values: readonly unknown[] | undefined): string =>
  `${name}: ${values?.join(" ") ?? "none"}`;

test("plans of small graphs", () => {
  const likenesses: [Likeness, number][] = [
    [{ nodes: 6, reach: 3, unit: 1 }, 6],
    [{ nodes: 12, reach: 5, unit: 3 }, 5],
  ];
  const plans = likenesses.flatMap(([likeness, seeds]) =>
    Array.from({ length: seeds }, (_, at) => {
      const graph = randomGraph(at + 1, likeness);
      return printPlan(graph, planMemory(graph, anyLowering));
    }),
  );
  assertGolden("plans-small.txt", `${plans.join("\n\n")}\n`);
});

test("orders and addresses of larger graphs", () => {
  const lines: string[] = [];
  for (const seed of [1, 3, 4, 5, 6, 12]) {
    const graph = randomGraph(seed, { nodes: 14 + 3 * seed, reach: 3 + seed, unit: 1 + (seed % 3) });
    const plan = planMemory(graph, anyLowering);
    const addresses = [...plan.tensors].map(([index, { address, first, last, sharesWith }]) =>
      [index, address, `${first}-${last}`, ...(sharesWith === undefined ? [] : [`over ${sharesWith}`])].join(
        ",",
      ),
    );
    lines.push(
      line(`graph ${seed}`, [plan.arenaBytes, plan.boundBytes, plan.boundStep]),
      line("order", plan.order),
      line("tensors", addresses),
      line(
        "scratch",
        plan.scratch.map(({ address, bytes }) => `${address}+${bytes}`),
      ),
    );
  }
  assertGolden("plans-large.txt", `${lines.join("\n")}\n`);
});

test("what first fit, the search and hill climbing find for the same blocks", () => {
  const lines: string[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const schedule = randomSchedule(seed, 6 + 2 * seed, 5 + seed, seed % 2 === 0 ? [1] : [1, 4, 16]);
    const { blocks, steps, aliveBytes } = schedule;
    const neighbours = neighboursOf(blocks);
    const bound = Math.max(...aliveBytes);
    lines.push(line(`blocks ${seed}, bound`, [bound]));
    for (const sequence of sequences(schedule)) {
      const { addresses, arenaBytes } = firstFit(blocks, neighbours, sequence, 4);
      lines.push(line(`first fit, ${arenaBytes}, ${sequence.join(",")}`, addresses));
    }
    const start = firstFit(blocks, neighbours, [...blocks.keys()], 1);
    for (const rounds of [1, 2, 7, 40]) {
      const { addresses, arenaBytes } = climb(blocks, neighbours, [...blocks.keys()], start, bound, rounds);
      lines.push(line(`climbing, ${rounds} rounds, ${arenaBytes}`, addresses));
    }
    for (const visits of [blocks.length, 60, 400])
      for (const capacity of [bound - 1, bound, bound + 16])
        lines.push(
          line(`search, ${capacity}, ${visits} visits`, searchLayout(blocks, steps, capacity, visits)),
        );
    const { addresses, arenaBytes } = allocate(schedule, bound);
    lines.push(line(`all, ${arenaBytes}`, addresses));
  }
  assertGolden("plans-allocation.txt", `${lines.join("\n")}\n`);
  assert.ok(lines.some((text) => text.endsWith("none")) && !lines.every((text) => text.endsWith("none")));
});

test.run();
