import type { Alignment } from "./alignments.js";
import { kinds, type Piece } from "./block.js";

/** Estimated bits: of a new piece from elsewhere, of one that goes on with the same alignment, of literals' begin and bytes. */
const price = { elsewhere: 24, goingOn: 9, literals: 9, literal: 6.2, copied: 0.01 };

/** Estimated bits of a difference, by its magnitude. */
const differencePrice = Float64Array.from({ length: 129 }, (_, magnitude) => {
  if (magnitude === 0) return 0.5;
  if (magnitude <= 4) return 2 + magnitude / 2;
  return magnitude < 7 ? 5.5 : magnitude < 11 ? 6.5 : magnitude < 27 ? 8.5 : 11;
});

/** States in which a byte can be made, and how one came into them. */
const copied = 0;
const differing = 1;
const stays = 0;
const fromOther = 1;
const fromBest = 2;

/** An alignment while the new file is walked along it. */
interface Way extends Alignment {
  /** Least bits up to here that end in a copy, and in differences. */
  cost: [number, number];
  /** For each byte, and each of the two, how it was come to. */
  came: [Uint8Array, Uint8Array];
}

/** What is cheapest at a place of the file: an alignment's state, or literals, which are none's. */
interface Best {
  way: number;
  state: number;
}

/**
 * Pieces that give the new file in about the fewest bits, as shortest path through alignments: at each byte it may be copied,
 * or differ from where an alignment says that it comes from, or be a literal (A. Viterbi, "Error bounds for convolutional
 * codes", 1967, with prices for metrics).
 */
export function choosePieces(old: Uint8Array, bytes: Uint8Array, alignments: readonly Alignment[]): Piece[] {
  const ways = alignments.map(startWay).sort((a, b) => a.start - b.start);
  const bestWay = new Int32Array(bytes.length + 1).fill(-1);
  const bestState = new Uint8Array(bytes.length + 1);
  const literalsCame = new Uint8Array(bytes.length);
  let literals = Number.POSITIVE_INFINITY;
  let best = 0;
  let active: number[] = [];
  let next = 0;
  for (let at = 0; at < bytes.length; at++) {
    for (; next < ways.length && (ways[next] as Way).start <= at; next++) active.push(next);
    active = active.filter((way) => (ways[way] as Way).end > at);
    const from = best;
    const begun = from + price.literals;
    literalsCame[at] = literals <= begun ? stays : fromBest;
    literals = Math.min(literals, begun) + price.literal;
    best = literals;
    for (const index of active) {
      const way = ways[index] as Way;
      step(way, at, old, bytes, from + price.elsewhere);
      const state = way.cost[copied] <= way.cost[differing] ? copied : differing;
      if (way.cost[state] >= best) continue;
      best = way.cost[state];
      bestWay[at + 1] = index;
      bestState[at + 1] = state;
    }
  }
  return pathBack(bytes.length, ways, literalsCame, (at) => ({
    way: bestWay[at] as number,
    state: bestState[at] as number,
  }));
}

function startWay(alignment: Alignment): Way {
  const length = alignment.end - alignment.start;
  const never = Number.POSITIVE_INFINITY;
  return { ...alignment, cost: [never, never], came: [new Uint8Array(length), new Uint8Array(length)] };
}

/** One byte along an alignment. @param entry what coming from elsewhere costs */
function step(way: Way, at: number, old: Uint8Array, bytes: Uint8Array, entry: number): void {
  const value = (((bytes[at] as number) - (old[at + way.shift] as number)) << 24) >> 24;
  const [copy, differ] = way.cost;
  const [toCopy, toDiffer] = way.came;
  const place = at - way.start;
  const reach = (own: number, other: number, came: Uint8Array): number => {
    const least = Math.min(own, other + price.goingOn, entry);
    came[place] = own === least ? stays : other + price.goingOn === least ? fromOther : fromBest;
    return least;
  };
  way.cost[copied] = value === 0 ? reach(copy, differ, toCopy) + price.copied : Number.POSITIVE_INFINITY;
  way.cost[differing] = reach(differ, copy, toDiffer) + (differencePrice[Math.abs(value)] as number);
}

/** The pieces, from the end back to the beginning. */
function pathBack(
  length: number,
  ways: readonly Way[],
  literalsCame: Uint8Array,
  bestAt: (at: number) => Best,
): Piece[] {
  const pieces: Piece[] = [];
  let { way, state } = bestAt(length);
  for (let at = length; at > 0; ) {
    const begin = at;
    const own = ways[way];
    const came = own === undefined ? literalsCame : (own.came[state] as Uint8Array);
    const first = own?.start ?? 0;
    do at--;
    while (came[at - first] === stays && at > first);
    const kind = own === undefined ? kinds.literals : state === copied ? kinds.copy : kinds.differences;
    pieces.push({ kind, length: begin - at, source: at + (own?.shift ?? 0) });
    if (came[at - first] === fromOther) state = 1 - state;
    else ({ way, state } = bestAt(at));
  }
  return pieces.reverse();
}
