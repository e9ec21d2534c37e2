import { type Block, extentAt, type Schedule } from "../../host/plan/lifetimes.js";
import { random } from "./random-graph.js";

/** Blocks of random sizes and lifetimes; some shrink, some want alignment. */
export function randomSchedule(
  seed: number,
  count: number,
  steps: number,
  alignments: readonly number[],
): Schedule {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const blocks = Array.from({ length: count }, (): Block => {
    const first = below(steps);
    const last = Math.min(steps - 1, first + below(4));
    const bytes = 8 * (1 + below(12));
    const shrinks = last > first && next() < 0.3;
    const segments = shrinks
      ? [
          { offset: 0, bytes, first, last: first + 1 },
          { offset: 0, bytes: 8 * Math.ceil(bytes / 32), first: first + 1, last },
        ]
      : [{ offset: 0, bytes, first, last }];
    const alignment = alignments[below(alignments.length)] as number;
    return {
      segments,
      tensors: segments.map((_, at) => ({ index: at, offset: 0 })),
      first,
      last,
      bytes,
      alignment,
    };
  });
  const aliveBytes = Array.from({ length: steps }, (_, step) =>
    blocks.reduce((sum, block) => sum + extentAt(block, step).high, 0),
  );
  return { steps, lifetimes: new Map(), blocks, aliveBytes };
}
