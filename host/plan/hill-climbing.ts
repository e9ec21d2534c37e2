import { firstFit, type Layout } from "./first-fit.js";
import type { Block } from "./lifetimes.js";

/** Pseudo-random integers in 0..below-1, always the same: a linear congruential generator, 32 bits. */
function chooser(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One block that reaches the arena's end. */
function topmost(
  blocks: readonly Block[],
  { addresses, arenaBytes }: Layout,
  choose: (below: number) => number,
) {
  const found = [...blocks.keys()].filter((at) => {
    return (addresses[at] as number) + (blocks[at] as Block).bytes === arenaBytes;
  });
  return found[choose(found.length)] as number;
}

/**
 * Changes the sequence of a first fit step by step: a block that reaches the arena's end goes before, or changes
 * places with, one of its neighbours that had the choice earlier; changes that make the arena larger are undone.
 * Ends at `boundBytes` or after `rounds`. Answers the smallest layout seen, at worst `layout`.
 * Idea: the hill-climbing tensor allocator of Arm's Ethos-U compiler Vela.
 */
export function climb(
  blocks: readonly Block[],
  neighbours: readonly (readonly number[])[],
  sequence: readonly number[],
  layout: Layout,
  boundBytes: number,
  rounds: number,
): Layout {
  const choose = chooser();
  let current = [...sequence];
  let best = layout;
  for (let round = 0; round < rounds && best.arenaBytes > boundBytes; round++) {
    const top = topmost(blocks, best, choose);
    const position = current.indexOf(top);
    const earlier = (neighbours[top] as readonly number[])
      .map((other) => current.indexOf(other))
      .filter((other) => other < position);
    const target = earlier[choose(earlier.length)];
    if (target === undefined) break;
    const changed = [...current];
    if (choose(2) === 0) {
      changed.splice(position, 1);
      changed.splice(target, 0, top);
    } else {
      changed[position] = current[target] as number;
      changed[target] = top;
    }
    if (choose(3) === 0) {
      const [a, b] = [choose(changed.length), choose(changed.length)];
      [changed[a], changed[b]] = [changed[b] as number, changed[a] as number];
    }
    const next = firstFit(blocks, neighbours, changed, 1);
    if (next.arenaBytes > best.arenaBytes) continue;
    best = next;
    current = changed;
  }
  return best;
}
