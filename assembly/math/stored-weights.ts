/**
 * Weights as they lie in tiles of the weights section (host/lower/tiles), widened as they are read: to int8, and these, as
 * float16, to float32: weight = scale * (q - zeroPoint) with one multiplication in float32.
 *
 * Weights of fewer than 8 bits are read in rounds of 32, two groups. Besides these a kernel has memory for `codebook`: the
 * multipliers of the groups that are unpacked, or the table.
 */
import { readWeights } from "../host-imports/weights";
import { float16 } from "./float16";

/** Numbers of `weightStorages` in host/abi/weight-storages.ts. */
// @ts-ignore: decorator
@inline
export const storedFloat16 = 1;
// @ts-ignore: decorator
@inline
export const storedInt8 = 2;
// @ts-ignore: decorator
@inline
export const inMemory = 3;
// @ts-ignore: decorator
@inline
const storedInt4 = 4;
// @ts-ignore: decorator
@inline
const storedInt4Groups = 5;
// @ts-ignore: decorator
@inline
const storedTable16 = 6;
// @ts-ignore: decorator
@inline
const storedTable4 = 7;

/** Whether weights have fewer than 8 bits. */
// @ts-ignore: decorator
@inline
export function isNarrow(storage: i32): bool {
  return storage > inMemory;
}

/** Inputs of a tile, filled up as a storage has them. */
// @ts-ignore: decorator
@inline
export function filledDepth(inputs: i32, step: i32, storage: i32): i32 {
  const more = isNarrow(storage) ? 7 : step - 1;
  return (inputs + more) & ~more;
}

/** Bytes of `count` weights of fewer than 8 bits, a multiple of 32, without their groups' multipliers. */
// @ts-ignore: decorator
@inline
function narrowBytes(count: i32, storage: i32): i32 {
  return count >> (storage == storedTable4 ? 2 : 1);
}

/** Bytes of a tile's `count` weights, as many as a storage has. */
// @ts-ignore: decorator
@inline
export function storedBytes<W>(count: i32, storage: i32): i32 {
  if (isFloat<W>()) {
    if (storage == storedFloat16) return count << 1;
    if (storage == storedInt8) return count;
  }
  if (!isNarrow(storage)) return count * <i32>sizeof<W>();
  return narrowBytes(count, storage) + (storage == storedInt4Groups ? ((count >> 5) + 3) & ~3 : 0);
}

/** Brings what all tiles at `weights` need to `codebook`; answers the offset of the first tile. */
export function readCodebook(codebook: usize, weights: i32, storage: i32): i32 {
  // Two multipliers, of any two groups of int4.
  store<u8>(codebook, 0x11);
  const bytes = storage == storedTable16 ? 16 : storage == storedTable4 ? 32 : 0;
  if (bytes) readWeights(codebook, weights, bytes);
  return weights + bytes;
}

/**
 * Reads `count` weights from number `first` on of a tile, whose `all` weights lie at `weights` of the section, to `to`. Four
 * scales, those of a tile's outputs, lie at `scales`; weight i has number (i >> laneShift) & 3.
 */
export function readStored<W>(
  to: usize, weights: i32, first: i32, count: i32, all: i32, storage: i32, codebook: usize,
  scales: usize, laneShift: i32, zeroPoint: i32,
): void {
  if (isInteger<W>()) {
    readInt8(to, weights, first, count, all, storage, codebook);
    return;
  }
  if (storage == 0) {
    readWeights(to, weights + (first << 2), count << 2);
    return;
  }
  // What is widened lies at the end first, so that each weight is written where no unread one lies.
  const end = to + (<usize>count << 2);
  if (storage == storedFloat16) {
    let from = end - (<usize>count << 1);
    readWeights(from, weights + (first << 1), count << 1);
    for (; to < end; to += 4, from += 2) store<f32>(to, float16(<u32>load<u16>(from)));
    return;
  }
  let from = end - <usize>count;
  readInt8(from, weights, first, count, all, storage, codebook);
  for (let i = 0; to < end; to += 4, from++, i++) {
    const q: i32 = load<i8>(from);
    store<f32>(to, load<f32>(scales + (((i >> laneShift) & 3) << 2)) * <f32>(q - zeroPoint));
  }
}

/** As `readStored`, to int8: `first` and `count` are multiples of 32 where weights have fewer bits. */
export function readInt8(
  to: usize, weights: i32, first: i32, count: i32, all: i32, storage: i32, codebook: usize,
): void {
  if (!isNarrow(storage)) {
    readWeights(to, weights + first, count);
    return;
  }
  const end = to + <usize>count, bytes = narrowBytes(count, storage);
  const from = end - <usize>bytes;
  readWeights(from, weights + narrowBytes(first, storage), bytes);
  if (storage == storedTable16) {
    lookUp(from, to, end, codebook);
  } else if (storage == storedTable4) {
    lookUpPairs(from, to, end, codebook);
  } else {
    const isGrouped = storage == storedInt4Groups;
    if (isGrouped) readWeights(codebook, weights + narrowBytes(all, storage) + (first >> 5), count >> 5);
    unpack(from, to, end, codebook, <usize>isGrouped);
  }
}

/** The lower half of every byte. */
// @ts-ignore: decorator
@inline
const halves: u64 = 0x0f0f0f0f0f0f0f0f;
/** What int4 are greater by than what they stand for, in every byte. */
// @ts-ignore: decorator
@inline
const eights: u64 = 0x0808080808080808;
/** The sign of every byte. */
// @ts-ignore: decorator
@inline
const signs: u64 = 0x8080808080808080;

/** Eight int4, one in a byte each, times their group's multiplier: a byte stays within 0..255 while it is 128 greater. */
// @ts-ignore: decorator
@inline
function timesMultiplier(codes: u64, multiplier: u64): u64 {
  return ((codes - eights) * multiplier + signs) ^ signs;
}

/** Rounds of two groups of int4, from `from` to `to` up to `end`; multipliers of a round lie `step` bytes after the last one's. */
function unpack(from: usize, to: usize, end: usize, multipliers: usize, step: usize): void {
  do {
    const both = <u64>load<u8>(multipliers);
    const a = load<u64>(from), b = load<u64>(from, 8);
    store<u64>(to, timesMultiplier(a & halves, both & 15));
    store<u64>(to, timesMultiplier((a >> 4) & halves, both & 15), 8);
    store<u64>(to, timesMultiplier(b & halves, both >> 4), 16);
    store<u64>(to, timesMultiplier((b >> 4) & halves, both >> 4), 24);
    multipliers += step;
    from += 16;
    to += 32;
  } while (to < end);
}

/** Values of a table of 16, two a byte. */
function lookUp(from: usize, to: usize, end: usize, table: usize): void {
  do {
    const both = <usize>load<u8>(from);
    store<u8>(to, load<u8>(table + (both & 15)));
    store<u8>(to, load<u8>(table + (both >> 4)), 1);
    from++;
    to += 2;
  } while (to < end);
}

/** Pairs of values of a table of 4, two a byte. */
function lookUpPairs(from: usize, to: usize, end: usize, table: usize): void {
  do {
    const both = <usize>load<u8>(from);
    store<u16>(to, load<u16>(table + ((both & 15) << 1)));
    store<u16>(to, load<u16>(table + ((both >> 4) << 1)), 2);
    from++;
    to += 4;
  } while (to < end);
}
