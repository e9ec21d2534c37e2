import type { Choices } from "../link/random-numbers.js";

/** Values at which bounds lie, as they stand in files: of one, two and four bytes. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** One change of some bytes to others. */
type Mutation = (bytes: Uint8Array, source: Choices) => Uint8Array;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, { below }) {
    const at = below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << below(8));
    return bytes;
  },
  function setByte(bytes, { below }) {
    bytes[below(bytes.length)] = below(256);
    return bytes;
  },
  function setEdge(bytes, { below, pick }) {
    const size = pick([1, 2, 4]);
    if (bytes.length < size) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const at = below(bytes.length - size + 1);
    const value = pick(edges);
    if (size === 1) view.setUint8(at, value & 0xff);
    else if (size === 2) view.setUint16(at, value & 0xffff, true);
    else view.setUint32(at, value, true);
    return bytes;
  },
  function addSmall(bytes, { below, chance }) {
    const at = below(bytes.length);
    bytes[at] = bytes[at]! + (chance(0.5) ? 1 : -1) * (1 + below(4));
    return bytes;
  },
  function cut(bytes, { below }) {
    return bytes.slice(0, below(bytes.length));
  },
  function remove(bytes, source) {
    const [from, to] = range(bytes, source);
    return joined([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeat(bytes, source) {
    const [from, to] = range(bytes, source);
    return joined([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function copyOver(bytes, source) {
    const [from, to] = range(bytes, source);
    const piece = bytes.slice(from, to);
    bytes.set(piece, source.below(bytes.length - piece.length + 1));
    return bytes;
  },
];

/** A copy of the bytes with one to `most` changes. */
export function mutate(original: Uint8Array, source: Choices, most = 8): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(original);
  for (let left = 1 + source.below(most); left > 0 && bytes.length > 0; left--) {
    bytes = source.pick(mutations)(bytes, source);
  }
  return bytes;
}

const longestPiece = 64;

function range(bytes: Uint8Array, { below }: Choices): [from: number, to: number] {
  const from = below(bytes.length);
  return [from, from + 1 + below(Math.min(longestPiece, bytes.length - from))];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
