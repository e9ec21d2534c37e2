import { bind, type Graph } from "../graph/graph.js";
import { operatorNamed } from "../ops/index.js";
import type { NeedsLookup } from "../plan/demand.js";
import type { Plan } from "../plan/types.js";
import { Chooser } from "./choose.js";
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

function macsOf(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + operatorNamed(node.operator).macs(bind(graph, node)), 0);
}

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

  /** The variant of the least work that is estimated to take so many bytes, and what the estimate is; undefined where there is none. */
  within(bytes: number, orSmallest = false): { variant: Variant; peakBytes: number } | undefined {
    const choice =
      this.chooser.within(bytes) ??
      (orSmallest ? this.chooser.smallest(this.plain.plan.boundBytes) : undefined);
    if (choice === undefined) return undefined;
    const { splits, peakBytes, calls } = choice;
    if (splits.length === 0) return { variant: this.plain, peakBytes };
    const graph = splitGraph(this.graph, this.plain.plan.order, splits);
    return {
      variant: { graph, plan: this.planner.plan(graph), macs: macsOf(graph), calls, splits },
      peakBytes,
    };
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
  for (let found = variants.within(limit, true); found !== undefined; found = variants.within(limit, true)) {
    const last = frontier.at(-1) as Variant;
    if (ramBytes(found.variant) < ramBytes(last)) frontier.push(found.variant);
    if (found.peakBytes > limit) return frontier;
    limit = found.peakBytes * step;
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
    const found = variants.within(limit, true);
    if (found === undefined) return best;
    if (found.variant.plan.arenaBytes < best.plan.arenaBytes) best = found.variant;
    if (found.peakBytes > limit) return best;
    limit = Math.min(limit * closer, found.peakBytes - 1);
  }
  return best;
}
