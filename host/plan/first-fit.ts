import { alignUp } from "../abi/align.js";
import { type Block, extentAt, type Schedule } from "./lifetimes.js";

/** Addresses of a schedule's blocks, and the bytes they span from address 0. */
export interface Layout {
  /** Aligned with the schedule's blocks. */
  addresses: readonly number[];
  arenaBytes: number;
}

/** For each block, the others that are alive at one of its steps. */
export function neighboursOf(blocks: readonly Block[]): number[][] {
  return blocks.map(({ first, last }, at) => {
    const found: number[] = [];
    blocks.forEach((other, index) => {
      if (index !== at && other.first <= last && first <= other.last) found.push(index);
    });
    return found;
  });
}

/** The next address to try if the placed block and `block` collide at `address`, else undefined. */
function collision(block: Block, address: number, placed: Block, placedAddress: number): number | undefined {
  if (address >= placedAddress + placed.bytes || placedAddress >= address + block.bytes) return undefined;
  for (const a of block.segments) {
    for (const b of placed.segments) {
      if (a.first > b.last || b.first > a.last) continue;
      const [start, end] = [placedAddress + b.offset, placedAddress + b.offset + b.bytes];
      if (address + a.offset < end && start < address + a.offset + a.bytes) return end - a.offset;
    }
  }
  return undefined;
}

/**
 * Puts the blocks, in the given sequence, each at the lowest address where it fits: a multiple of its alignment and
 * of `granularity` bytes.
 */
export function firstFit(
  blocks: readonly Block[],
  neighbours: readonly (readonly number[])[],
  sequence: readonly number[],
  granularity: number,
): Layout {
  const addresses = new Array<number>(blocks.length).fill(-1);
  let arenaBytes = 0;
  for (const at of sequence) {
    const block = blocks[at] as Block;
    const alignment = Math.max(block.alignment, granularity);
    const placed = (neighbours[at] as readonly number[]).filter((other) => (addresses[other] as number) >= 0);
    let address = 0;
    for (let moved = true; moved; ) {
      moved = false;
      for (const other of placed) {
        const end = collision(block, address, blocks[other] as Block, addresses[other] as number);
        if (end === undefined) continue;
        address = alignUp(end, alignment);
        moved = true;
      }
    }
    addresses[at] = address;
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
  // What is made of something that goes as it comes lies best below it.
  const late: Rank = (block) => block.first;
  const peak: Rank = (block) => {
    const { low, high } = extentAt(block, busiest);
    return high - low;
  };
  const rankings: Rank[][] = [
    [size, length],
    [size, early],
    [area],
    [length, size],
    [early, size],
    [peak, area],
    [late, size],
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
