import { type Block, blockBytesAt, type Schedule } from "./lifetimes.js";

/** Addresses of a schedule's blocks, and the bytes they span from address 0. */
export interface Layout {
  /** Aligned with the schedule's blocks. */
  addresses: readonly number[];
  arenaBytes: number;
}

/** `value` rounded up to a multiple of `step`. */
export function alignUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** First address after the placed block if the two collide with `block` at `address`, else undefined. */
function collision(block: Block, address: number, placed: Block, placedAddress: number): number | undefined {
  for (const a of block.segments) {
    for (const b of placed.segments) {
      if (a.first > b.last || b.first > a.last) continue;
      if (address < placedAddress + b.bytes && placedAddress < address + a.bytes)
        return placedAddress + b.bytes;
    }
  }
  return undefined;
}

/** Puts the blocks, in the given sequence, each at the lowest address where it fits. */
export function firstFit(blocks: readonly Block[], sequence: readonly number[], granularity: number): Layout {
  const addresses = new Array<number>(blocks.length).fill(0);
  const placed: number[] = [];
  let arenaBytes = 0;
  for (const at of sequence) {
    const block = blocks[at] as Block;
    const alignment = Math.max(block.alignment, granularity);
    const neighbours = placed.filter((other) => {
      const { first, last } = blocks[other] as Block;
      return first <= block.last && block.first <= last;
    });
    let address = 0;
    for (let free = false; !free; ) {
      free = true;
      for (const other of neighbours) {
        const end = collision(block, address, blocks[other] as Block, addresses[other] as number);
        if (end === undefined) continue;
        address = alignUp(end, alignment);
        free = false;
      }
    }
    addresses[at] = address;
    placed.push(at);
    arenaBytes = Math.max(arenaBytes, address + block.bytes);
  }
  return { addresses, arenaBytes };
}

type Rank = (block: Block) => number;

/** Sequences in which first fit is tried: block indices, by the ranks in turn, larger first, ties in given order. */
export function sequences({ blocks, aliveBytes }: Schedule): number[][] {
  const busiest = aliveBytes.indexOf(Math.max(...aliveBytes));
  const size: Rank = (block) => block.bytes;
  const length: Rank = (block) => block.last - block.first;
  const area: Rank = (block) => block.bytes * (block.last - block.first + 1);
  const early: Rank = (block) => -block.first;
  const peak: Rank = (block) => blockBytesAt(block, busiest);
  const rankings: Rank[][] = [
    [size, length],
    [size, early],
    [area],
    [length, size],
    [early, size],
    [peak, area],
  ];
  return rankings.map((ranks) =>
    blocks
      .map((_, at) => at)
      .sort((a, b) => {
        for (const rank of ranks) {
          const difference = rank(blocks[b] as Block) - rank(blocks[a] as Block);
          if (difference !== 0) return difference;
        }
        return a - b;
      }),
  );
}

/**
 * Multiples at which tensors are put, in bytes: words are read faster where they are aligned, so that this is tried
 * first; 1 (the element's own alignment alone) is kept for where it saves memory.
 */
const granularities = [4, 1] as const;

/** Addresses of all blocks: the first layout that needs `boundBytes`, else the smallest that is found. */
export function allocate(schedule: Schedule, boundBytes: number): Layout {
  const tried = sequences(schedule);
  let best: Layout | undefined;
  for (const granularity of granularities) {
    for (const sequence of tried) {
      const layout = firstFit(schedule.blocks, sequence, granularity);
      if (best === undefined || layout.arenaBytes < best.arenaBytes) best = layout;
      if (best.arenaBytes <= boundBytes) return best;
    }
  }
  return best as Layout;
}
