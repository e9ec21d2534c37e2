/**
 * A block's symbols: pieces, each of them a copy from the old file, differences to it, or literals. One description serves
 * writing and reading. boards/update/patch.c reads the same.
 */
import type { SymbolCoder } from "./range-coder.js";

/** What a piece of the new file is made from. */
export const kinds = { copy: 0, differences: 1, literals: 2 } as const;

/** A piece of the new file. */
export interface Piece {
  kind: (typeof kinds)[keyof typeof kinds];
  length: number;
  /** Where it begins in the old file; of no meaning for literals. */
  source: number;
}

/** Classes of old bytes, and two more contexts for differences next to large ones. */
const oldClasses = 7;
const differenceContexts = oldClasses + 2;

/** Where contexts are, by number: trees of 2, 4 or 5 bits, whose number 0 is not used. */
const noKind = 3;
const kindTrees = 0;
const lengthTrees = kindTrees + 4 * 4;
const movedTree = lengthTrees + 3 * 16;
const seekTree = movedTree + 2;
const upperTree = seekTree + 32;
const lowerTrees = upperTree + 16;
const differenceTrees = lowerTrees + 4 * 16;

/** Contexts of a block. */
export const contextCount = differenceTrees + differenceContexts * 16;

/** Most bits of a seek's magnitude. */
const mostSeekBits = 24;

/** A difference from which on it is large. */
const large = 8;

/** Token of a difference and the bits that follow it: 0; 1 to 4 by sign; ranges by sign; anything. */
const ranges = [
  { token: 9, from: 5, bits: 1 },
  { token: 11, from: 7, bits: 2 },
  { token: 13, from: 11, bits: 4 },
] as const;
const anything = 15;

/** Whole numbers from 0: the logarithm of what is one more by a tree, then its bits. */
function number(coder: SymbolCoder, base: number, treeBits: number, value: number): number {
  const exponent = coder.tree(base, treeBits, Math.floor(Math.log2(value + 1)));
  if (exponent > mostSeekBits) throw new RangeError("a number of more than 24 bits");
  return 2 ** exponent + coder.direct(exponent, value + 1 - 2 ** exponent) - 1;
}

/** A difference, -128 to 127, after its token. */
function difference(coder: SymbolCoder, context: number, value: number): number {
  const [sign, magnitude] = [value < 0 ? 1 : 0, Math.abs(value)];
  const own = ranges.find(({ from, bits }) => magnitude >= from && magnitude < from + 2 ** bits);
  const wanted =
    magnitude <= 4
      ? Math.max(0, 2 * magnitude - 1) + (magnitude === 0 ? 0 : sign)
      : own === undefined
        ? anything
        : own.token + sign;
  const token = coder.tree(differenceTrees + context * 16, 4, wanted);
  if (token === 0) return 0;
  if (token === anything) return (coder.direct(8, value & 0xff) << 24) >> 24;
  const range = ranges.find((each) => token === each.token || token === each.token + 1);
  const read =
    range === undefined ? (token + 1) >> 1 : range.from + coder.direct(range.bits, magnitude - range.from);
  return (token & 1) === 1 ? read : -read;
}

/** Class of an old byte: 0; negative and positive, by magnitude. */
function oldClass(byte: number): number {
  const value = (byte << 24) >> 24;
  if (value === 0) return 0;
  const magnitude = Math.abs(value);
  const size = magnitude >= 40 ? 2 : magnitude >= 12 ? 1 : 0;
  return 1 + size + (value < 0 ? 0 : 3);
}

/**
 * Writes or reads a block.
 *
 * @param next the piece that comes next, with its length and source: where it is written; called until the block is full
 * @param bytes the new file, which a reader fills
 * @param from where the block begins in it
 * @param to where it ends
 * @throws RangeError where a piece reaches out of the old file or the block
 */
export function codeBlock(
  coder: SymbolCoder,
  old: Uint8Array,
  bytes: Uint8Array,
  from: number,
  to: number,
  next: (at: number) => Piece,
): void {
  let previous: number = noKind;
  let source = from;
  let largeOnes = 0;
  for (let at = from; at < to; ) {
    const piece = next(at);
    const kind = coder.tree(kindTrees + previous * 4, 2, piece.kind);
    if (kind === noKind) throw new RangeError("a piece of no kind");
    previous = kind;
    const length = number(coder, lengthTrees + kind * 16, 4, piece.length - 1) + 1;
    if (length > to - at) throw new RangeError("a piece reaches out of its block");
    if (kind !== kinds.literals) {
      source = seek(coder, source, piece.source);
      if (source < 0 || source + length > old.length)
        throw new RangeError("a piece reaches out of the old file");
    }
    for (const end = at + length; at < end; at++, source++) {
      const byte = old[source] as number;
      if (kind === kinds.copy) bytes[at] = byte;
      else if (kind === kinds.literals) bytes[at] = literal(coder, bytes[at] as number);
      else {
        const context =
          (largeOnes & 9) === 9 ? oldClasses + 1 : (largeOnes & 9) === 8 ? oldClasses : oldClass(byte);
        const value = difference(coder, context, (((bytes[at] as number) - byte) << 24) >> 24);
        largeOnes = ((largeOnes << 1) | (Math.abs(value) >= large ? 1 : 0)) & 15;
        bytes[at] = byte + value;
      }
    }
  }
}

/** Where a piece begins in the old file: where the one before ended, or elsewhere. */
function seek(coder: SymbolCoder, source: number, wanted: number): number {
  if (coder.tree(movedTree, 1, wanted === source ? 0 : 1) === 0) return source;
  const backwards = coder.direct(1, wanted < source ? 1 : 0);
  const distance = number(coder, seekTree, 5, Math.abs(wanted - source) - 1) + 1;
  return backwards === 1 ? source - distance : source + distance;
}

/** A byte by itself: its upper half, then the lower one. */
function literal(coder: SymbolCoder, byte: number): number {
  const upper = coder.tree(upperTree, 4, byte >> 4);
  return (upper << 4) | coder.tree(lowerTrees + (upper >> 2) * 16, 4, byte & 15);
}
