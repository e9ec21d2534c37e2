import type { Graph } from "../graph/graph.js";
import { macsOf } from "../ops/macs.js";
import type { NeedsLookup } from "../plan/demand.js";
import type { Plan } from "../plan/types.js";
import { type Choice, Chooser } from "./choose.js";
import { Estimate } from "./estimate.js";
import type { Split } from "./pieces.js";
import { splitGraph } from "./split-graph.js";

/** A graph that computes the same bytes in less memory, with more work. */
export interface Variant {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly macs: number;
  /** Nodes that run; each takes some RAM of an engine besides the arena. */
  readonly calls: number;
  /** What is computed part by part. None of the graph as it was. */
  readonly splits: readonly Split[];
}

/** What plans a graph, and what it asks lowerings. */
export interface Planner {
  plan(graph: Graph): Plan;
  needsOf: NeedsLookup;
}

/** A variant takes no more than this share of the memory of the one before it. */
const step = 0.9;

/** What one node more takes of wasm3's RAM on a board, about: metacode of the function that calls its kernel. */
const callBytes = 80;

/** Plans that are made to meet a limit, each of a variant estimated to take this share of the one before: layouts may leave gaps. */
const mostPlans = 8;
const closer = 0.97;

/** Bytes by which variants are compared. */
const ramBytes = ({ plan, calls }: Variant): number => plan.arenaBytes + callBytes * calls;

/** Variants of one graph, made as they are asked for. */
class Variants {
  readonly plain: Variant;
  private known: Chooser | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly planner: Planner,
  ) {
    const plan = planner.plan(graph);
    this.plain = { graph, plan, macs: macsOf(graph), calls: graph.nodes.length, splits: [] };
  }

  private get chooser(): Chooser {
    if (this.known === undefined) {
      const { order, aliveBytes } = this.plain.plan;
      const estimate = new Estimate(this.graph, order, aliveBytes, this.planner.needsOf);
      this.known = new Chooser(this.graph, order, estimate);
    }
    return this.known;
  }

  /** The choice of the least work that is estimated to take so many bytes; where there is none, the one of the fewest bytes. */
  choose(bytes: number): Choice | undefined {
    return this.chooser.within(bytes) ?? this.chooser.smallest(this.plain.plan.boundBytes);
  }

  make({ splits, calls }: Choice): Variant {
    if (splits.length === 0) return this.plain;
    const graph = splitGraph(this.graph, this.plain.plan.order, splits);
    return { graph, plan: this.planner.plan(graph), macs: macsOf(graph), calls, splits };
  }
}

/**
 * A graph's variants that give the same bytes, from the graph as it is to the one that takes the least memory: each
 * takes less memory than the one before, what its calls take included. Nothing is linked.
 */
export function splitFrontier(graph: Graph, planner: Planner): Variant[] {
  const variants = new Variants(graph, planner);
  const frontier = [variants.plain];
  let limit = variants.plain.plan.boundBytes * step;
  for (let choice = variants.choose(limit); choice !== undefined; choice = variants.choose(limit)) {
    const last = frontier.at(-1) as Variant;
    if (choice.peakBytes + callBytes * choice.calls < ramBytes(last)) {
      const variant = variants.make(choice);
      if (ramBytes(variant) < ramBytes(last)) frontier.push(variant);
    }
    if (choice.peakBytes > limit) return frontier;
    limit = choice.peakBytes * step;
  }
  return frontier;
}

/**
 * The variant of the least work whose arena takes no more than so many bytes; where none is found, the smallest one that was
 * seen. Nothing is linked.
 */
export function splitToFit(graph: Graph, planner: Planner, arenaBytes: number): Variant {
  const variants = new Variants(graph, planner);
  let best = variants.plain;
  let limit = arenaBytes;
  for (let plans = 0; plans < mostPlans && best.plan.arenaBytes > arenaBytes; plans++) {
    const choice = variants.choose(limit);
    if (choice === undefined) return best;
    const variant = variants.make(choice);
    if (variant.plan.arenaBytes < best.plan.arenaBytes) best = variant;
    if (choice.peakBytes > limit) return best;
    limit = Math.min(limit * closer, choice.peakBytes - 1);
  }
  return best;
}
