import { firstFit, type Layout, neighboursOf, sequences } from "./first-fit.js";
import { climb } from "./hill-climbing.js";
import type { Schedule } from "./lifetimes.js";
import { searchLayout } from "./search.js";

/**
 * Multiples at which tensors are put, in bytes: words are read faster where they are aligned, so that this is tried
 * first; 1 (the element's own alignment alone) is kept for where it saves memory.
 */
const granularities = [4, 1] as const;

/** Effort of the search and of hill climbing: block placements. They bound the time, the same on every machine. */
const searchBudget = 30_000;
const climbBudget = 30_000;

/**
 * Addresses of all blocks: the first layout found that needs no more than `boundBytes`, else the smallest found.
 * First fit in several sequences; where none meets the bound, an exact search within a budget (which proves for small
 * graphs that alignment or fragmentation forbid the bound); then hill climbing.
 */
export function allocate(schedule: Schedule, boundBytes: number): Layout {
  const { blocks, aliveBytes } = schedule;
  const neighbours = neighboursOf(blocks);
  let best: Layout | undefined;
  let bestSequence: readonly number[] = [];
  for (const granularity of granularities) {
    for (const sequence of sequences(schedule)) {
      const layout = firstFit(blocks, neighbours, sequence, granularity);
      if (best === undefined || layout.arenaBytes < best.arenaBytes) {
        best = layout;
        bestSequence = sequence;
      }
      if (best.arenaBytes <= boundBytes) return best;
    }
  }
  const effort = (budget: number) => Math.ceil(budget / Math.max(1, blocks.length));
  const addresses = searchLayout(blocks, aliveBytes.length, boundBytes, effort(searchBudget));
  if (addresses !== undefined) return { addresses, arenaBytes: boundBytes };
  return climb(blocks, neighbours, bestSequence, best as Layout, boundBytes, effort(climbBudget));
}
