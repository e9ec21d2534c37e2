import { alignUp } from "../abi/align.js";
import type { Graph } from "../graph/graph.js";
import { tensorAt } from "../graph/graph.js";
import type { Candidate, Cost, Estimate } from "./estimate.js";
import { outermostAxis, type Split } from "./pieces.js";

/** Parts that segments are split into. */
const partCounts = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64];

/** No split is tried of steps that take less than this share of the peak. */
const leastShare = 8;

/** Output channels that kernels compute at once. */
const channelsAtOnce = 4;

/** What a call of a kernel takes, in MACs: so that of two ways the one with fewer calls is chosen where they are alike. */
const callMacs = 256;

/** A way through the nodes: which segments are split, and what that takes. */
export interface Choice extends Cost {
  readonly splits: readonly Split[];
}

/** A way from one position to a later one. */
interface Way {
  end: number;
  cost: Cost;
  split?: Split;
}

/** The best way to a position so far. */
interface Reached {
  work: number;
  cost: Cost;
  before?: Reached;
  split?: Split;
}

const workOf = ({ macs, calls }: Cost): number => macs + callMacs * calls;

/** Splits of a model's nodes, by the memory that they leave it. */
export class Chooser {
  private readonly ways: readonly (readonly Way[])[];

  /** @param order in which the nodes run */
  constructor(
    private readonly graph: Graph,
    order: readonly number[],
    private readonly estimate: Estimate,
  ) {
    const peaks = order.map((_, position) => estimate.plain(position).peakBytes);
    // A split is of use where it holds a step that takes more than the whole could come to.
    const least = Math.max(...peaks) / leastShare;
    this.ways = order.map((_, position) => {
      const plain: Way = { end: position + 1, cost: estimate.plain(position) };
      const splits = estimate.segmentsFrom(position).flatMap((candidate) => {
        const worth = Math.max(...peaks.slice(position, candidate.end)) > least;
        return worth ? this.splitsOf(position, candidate) : [];
      });
      return [plain, ...splits];
    });
  }

  private splitsOf(position: number, { segment, end, axes }: Candidate): Way[] {
    const { shape } = tensorAt(this.graph, segment.output);
    return axes.flatMap((axis) => {
      const length = shape[axis] as number;
      const step = axis === outermostAxis(shape) ? 1 : channelsAtOnce;
      const sizes = partCounts
        .map((count) => alignUp(Math.ceil(length / count), step))
        .filter((size) => size < length);
      return [...new Set(sizes)].flatMap((size): Way[] => {
        const split = { segment, axis, size };
        const cost = this.estimate.split(position, split);
        return cost === undefined ? [] : [{ end, cost, split }];
      });
    });
  }

  /** The way that takes the least work of those that take no more than so many bytes at any step; undefined where none does. */
  within(bytes: number): Choice | undefined {
    const reached: (Reached | undefined)[] = [{ work: 0, cost: { peakBytes: 0, macs: 0, calls: 0 } }];
    for (const [position, ways] of this.ways.entries()) {
      const before = reached[position];
      if (before === undefined) continue;
      for (const { end, cost, split } of ways) {
        if (cost.peakBytes > bytes) continue;
        const work = before.work + workOf(cost);
        if (work >= (reached[end]?.work ?? Number.POSITIVE_INFINITY)) continue;
        reached[end] = {
          work,
          before,
          cost: {
            peakBytes: Math.max(before.cost.peakBytes, cost.peakBytes),
            macs: before.cost.macs + cost.macs,
            calls: before.cost.calls + cost.calls,
          },
          ...(split === undefined ? {} : { split }),
        };
      }
    }
    const last = reached[this.ways.length];
    if (last === undefined) return undefined;
    const splits: Split[] = [];
    for (let at: Reached | undefined = last; at !== undefined; at = at.before)
      if (at.split !== undefined) splits.unshift(at.split);
    return { ...last.cost, splits };
  }

  /** The way that takes the fewest bytes, found by halving what is between none and `bytes`. */
  smallest(bytes: number): Choice | undefined {
    let [low, best] = [0, this.within(bytes)];
    while (best !== undefined && best.peakBytes - low > Math.max(16, best.peakBytes / 256)) {
      const middle = Math.floor((low + best.peakBytes) / 2);
      const found = this.within(middle);
      if (found === undefined) low = middle;
      else best = found;
    }
    return best;
  }
}
