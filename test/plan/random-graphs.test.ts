import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { tensorBytes } from "../../host/graph/tensor.js";
import { planMemory } from "../../host/plan/plan.js";
import { checkPlan } from "./check-plan.js";
import { anyLowering, type Demands } from "./graphs.js";
import { type Likeness, randomGraph } from "./random-graph.js";

const test = suite("memory plans of random graphs");

/** Largest sum of bytes alive at a step when the nodes run in that order; from the definition, set by set. */
function peakOf(graph: Graph, order: readonly number[]): number {
  const bytesOf = (index: number) => tensorBytes(graph.tensors[index] as Graph["tensors"][number]);
  const present = new Set(graph.inputs);
  let peak = 0;
  order.forEach((at, step) => {
    const node = graph.nodes[at] as Graph["nodes"][number];
    const { inPlace = [], scratchBytes = [] } = node.attributes as Demands;
    const needed = new Set([
      ...graph.outputs,
      ...order.slice(step + 1).flatMap((n) => graph.nodes[n]?.inputs ?? []),
    ]);
    const output = node.outputs[0] as number;
    const takesOver = inPlace.some((position) => {
      const input = node.inputs[position] as number;
      const only = node.inputs.every((index, other) => index !== input || inPlace.includes(other));
      return present.has(input) && !needed.has(input) && only && bytesOf(output) <= bytesOf(input);
    });
    for (const index of node.outputs) present.add(index);
    const alive = [...present].reduce((sum, index) => sum + bytesOf(index), 0);
    peak = Math.max(peak, alive - (takesOver ? bytesOf(output) : 0) + (scratchBytes[0] ?? 0));
    for (const index of present) if (!needed.has(index)) present.delete(index);
  });
  return peak;
}

/** Every order in which the nodes can run. */
function* orders(graph: Graph, done: number[] = []): Generator<number[]> {
  if (done.length === graph.nodes.length) yield done;
  const present = new Set([...graph.inputs, ...done.flatMap((node) => graph.nodes[node]?.outputs ?? [])]);
  for (const [at, node] of graph.nodes.entries()) {
    if (done.includes(at)) continue;
    if (!node.inputs.every((index) => graph.tensors[index]?.data !== undefined || present.has(index)))
      continue;
    yield* orders(graph, [...done, at]);
  }
}

const given = (graph: Graph) => graph.nodes.map((_, node) => node);

for (const likeness of [
  { nodes: 4, reach: 3, unit: 1 },
  { nodes: 12, reach: 4, unit: 8 },
  { nodes: 25, reach: 6, unit: 1 },
  { nodes: 60, reach: 3, unit: 16 },
] satisfies Likeness[]) {
  test(`${likeness.nodes} nodes: nothing alive is overwritten, the order is no worse than the given one`, () => {
    for (let seed = 1; seed <= 60; seed++) {
      const graph = randomGraph(seed, likeness);
      const plan = planMemory(graph, anyLowering);
      checkPlan(graph, plan);
      assert.is(plan.boundBytes, peakOf(graph, plan.order), `bound, seed ${seed}`);
      if (plan.arenaBytes === plan.boundBytes) {
        assert.ok(plan.boundBytes <= peakOf(graph, given(graph)), `order, seed ${seed}`);
      }
    }
  });
}

/** The graph without what it says of parts. */
const apart = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => ({ ...node, attributes: { ...node.attributes, parts: [] } })),
});

for (const likeness of [
  { nodes: 6, reach: 4, unit: 1, moves: 0.3 },
  { nodes: 20, reach: 5, unit: 4, moves: 0.25 },
  { nodes: 45, reach: 8, unit: 1, moves: 0.2 },
] satisfies Likeness[]) {
  test(`${likeness.nodes} nodes, some of which move parts: nothing alive is overwritten, no plan is larger for them`, () => {
    let [lying, smaller] = [0, 0];
    for (let seed = 1; seed <= 40; seed++) {
      const graph = randomGraph(seed, likeness);
      const plan = planMemory(graph, anyLowering);
      checkPlan(graph, plan);
      lying += [...plan.tensors.values()].filter(({ partOf }) => partOf !== undefined).length;
      const without = planMemory(apart(graph), anyLowering);
      assert.ok(
        plan.arenaBytes <= without.arenaBytes,
        `${plan.arenaBytes} of ${without.arenaBytes}, seed ${seed}`,
      );
      if (plan.arenaBytes < without.arenaBytes) smaller++;
    }
    assert.ok(lying > 40 && smaller > 5, `${lying} parts, ${smaller} smaller plans`);
  });
}

test("the order of a small graph is the best of all its orders", () => {
  let better = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const graph = randomGraph(seed, { nodes: 3 + (seed % 5), reach: 8, unit: 8 });
    const plan = planMemory(graph, anyLowering);
    const best = Math.min(...[...orders(graph)].map((order) => peakOf(graph, order)));
    if (plan.arenaBytes === plan.boundBytes) assert.is(plan.boundBytes, best, `seed ${seed}`);
    assert.ok(plan.arenaBytes <= best + 7, `seed ${seed}: ${plan.arenaBytes} bytes, ${best} at best`);
    if (best < peakOf(graph, given(graph))) better++;
    else assert.equal(plan.order, given(graph), `ties go to the given order, seed ${seed}`);
  }
  assert.ok(better > 20, `only ${better} graphs in which the order matters`);
});

test("the same graph has the same plan", () => {
  const graph = randomGraph(5, { nodes: 40, reach: 6, unit: 1 });
  assert.equal(planMemory(graph, anyLowering), planMemory(structuredClone(graph), anyLowering));
});

test.run();
