import { alignUp } from "../abi/align.js";
import { type Block, extentAt } from "./lifetimes.js";

/** What the search knows of a block. */
interface Piece {
  first: number;
  last: number;
  bytes: number;
  alignment: number;
  /** Where it begins and ends at each step from `first` to `last`. */
  extents: readonly { low: number; high: number }[];
}

/** How candidates for the same address are ranked: the larger first. */
type Preference = (piece: Piece) => number;

const preferences: readonly Preference[] = [
  (piece) => piece.bytes,
  (piece) => piece.bytes * piece.extents.length,
  (piece) => piece.extents.length,
  (piece) => -piece.first,
];

/**
 * Depth-first search for addresses below `capacity`, blocks in order of their addresses.
 *
 * Any layout can be pushed down until each block lies on address 0 or on one below it, so that it is enough to put
 * the next block on the top of those that already lie at its steps. A branch ends where at some step what lies there
 * and what is still to come exceed the capacity. A block is no candidate where another one fits wholly below it. Gaps within
 * a block stay unused, so that of blocks that have any, not all layouts are found.
 */
class Search {
  private readonly tops: number[];
  private readonly toCome: number[];
  readonly addresses: number[];
  private readonly left: Set<number>;

  constructor(
    private readonly pieces: readonly Piece[],
    steps: number,
    private readonly capacity: number,
    private readonly preference: Preference,
    private visits: number,
  ) {
    this.tops = new Array<number>(steps).fill(0);
    this.toCome = new Array<number>(steps).fill(0);
    this.addresses = new Array<number>(pieces.length).fill(0);
    this.left = new Set(pieces.keys());
    for (const piece of pieces) {
      piece.extents.forEach(({ low, high }, at) => {
        this.toCome[piece.first + at] = (this.toCome[piece.first + at] as number) + high - low;
      });
    }
  }

  /** Whether the budget of visits was used up before an answer was found. */
  get exhausted(): boolean {
    return this.visits <= 0;
  }

  private lowest(piece: Piece): number {
    let address = 0;
    piece.extents.forEach(({ low, high }, i) => {
      if (high > low) address = Math.max(address, (this.tops[piece.first + i] as number) - low);
    });
    return alignUp(address, piece.alignment);
  }

  /** Candidates as [block, address], best first; undefined where some block cannot fit any more. */
  private candidates(floor: number): [number, number][] | undefined {
    let lid = Number.POSITIVE_INFINITY;
    const found: [number, number][] = [];
    for (const at of this.left) {
      const piece = this.pieces[at] as Piece;
      const address = this.lowest(piece);
      if (address + piece.bytes > this.capacity) return undefined;
      lid = Math.min(lid, address + piece.bytes);
      found.push([at, address]);
    }
    const rank = (at: number) => this.preference(this.pieces[at] as Piece);
    return found
      .filter(([, address]) => address >= floor && address < lid)
      .sort(([a, p], [b, q]) => p - q || rank(b) - rank(a) || a - b);
  }

  /** Whether all blocks that are left can be put at `floor` or above. */
  run(floor: number): boolean {
    if (this.left.size === 0) return true;
    if (--this.visits <= 0) return false;
    for (const [at, address] of this.candidates(floor) ?? []) {
      const piece = this.pieces[at] as Piece;
      const before = this.tops.slice(piece.first, piece.last + 1);
      let fits = true;
      piece.extents.forEach(({ low, high }, i) => {
        const step = piece.first + i;
        if (high === low) return;
        this.toCome[step] = (this.toCome[step] as number) - high + low;
        this.tops[step] = address + high;
        fits &&= address + high + (this.toCome[step] as number) <= this.capacity;
      });
      this.left.delete(at);
      this.addresses[at] = address;
      if (fits && this.run(address)) return true;
      this.left.add(at);
      piece.extents.forEach(({ low, high }, i) => {
        const step = piece.first + i;
        this.toCome[step] = (this.toCome[step] as number) + high - low;
        this.tops[step] = before[i] as number;
      });
      if (this.exhausted) return false;
    }
    return false;
  }
}

/**
 * Addresses of all blocks within `capacity` bytes; undefined where there are none, or none was found in `visits`
 * states for each of a few preferences.
 */
export function searchLayout(
  blocks: readonly Block[],
  steps: number,
  capacity: number,
  visits: number,
): number[] | undefined {
  const pieces = blocks.map((block): Piece => {
    const extents = Array.from({ length: block.last - block.first + 1 }, (_, i) =>
      extentAt(block, block.first + i),
    );
    const { first, last, bytes, alignment } = block;
    return { first, last, bytes, alignment, extents };
  });
  for (const preference of preferences) {
    const search = new Search(pieces, steps, capacity, preference, visits);
    if (search.run(0)) return search.addresses;
    if (!search.exhausted) return undefined;
  }
  return undefined;
}
