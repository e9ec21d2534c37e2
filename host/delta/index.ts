import { createHash } from "node:crypto";
import { WasmoteError } from "../errors.js";
import { concatenate } from "../wasm/writer.js";
import { findAlignments } from "./alignments.js";
import { codeBlock, contextCount, kinds, type Piece } from "./block.js";
import {
  blockCount,
  blockShifts,
  damaged,
  headBytes,
  indexEntryBytes,
  type PatchHead,
  readHead,
  writeHead,
} from "./format.js";
import { choosePieces } from "./pieces.js";
import { SymbolReader, SymbolWriter } from "./range-coder.js";
import { clearLength } from "./sections.js";

export type { PatchHead } from "./format.js";

/** How a patch is made. */
export interface PatchOptions {
  /** Bytes of the new file that a block gives, a power of 2 from 256 to 32768: where an interrupted update goes on. */
  blockBytes?: number;
}

/**
 * Makes a patch that gives the new file from the old one, as docs/updates.md lays it out. The same files give the same patch.
 *
 * @throws RangeError where `blockBytes` is no such power
 */
export function makePatch(old: Uint8Array, bytes: Uint8Array, options: PatchOptions = {}): Uint8Array {
  const { blockBytes = 4096 } = options;
  const shift = Math.log2(blockBytes);
  if (!Number.isInteger(shift) || shift < blockShifts.least || shift > blockShifts.most)
    throw new RangeError(`blocks of ${blockBytes} bytes`);
  const clearBytes = clearLength(bytes);
  const head: PatchHead = {
    blockBytes,
    clearBytes,
    oldLength: old.length,
    newLength: bytes.length,
    oldHash: sha256(old),
    newHash: sha256(bytes),
  };
  const pieces = choosePieces(old, bytes, findAlignments(old, bytes));
  const blocks = Array.from({ length: blockCount(head) }, (_, i) => {
    const from = clearBytes + i * blockBytes;
    return writeBlock(old, bytes, from, Math.min(bytes.length, from + blockBytes), pieces);
  });
  const index = new Uint8Array(blocks.length * indexEntryBytes);
  for (const [i, block] of blocks.entries())
    new DataView(index.buffer).setUint16(i * indexEntryBytes, block.length, true);
  return concatenate([writeHead(head), bytes.subarray(0, clearBytes), index, ...blocks]);
}

function writeBlock(
  old: Uint8Array,
  bytes: Uint8Array,
  from: number,
  to: number,
  pieces: readonly Piece[],
): Uint8Array {
  const own = piecesWithin(pieces, from, to);
  const writer = new SymbolWriter(contextCount);
  let next = 0;
  codeBlock(writer, old, bytes.slice(), from, to, () => own[next++] as Piece);
  return writer.end();
}

/** The parts of pieces that lie between two places of the new file. */
function piecesWithin(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const { kind, length, source } of pieces) {
    const [start, end] = [Math.max(from, at), Math.min(to, at + length)];
    if (start < end) found.push({ kind, length: end - start, source: source + start - at });
    at += length;
  }
  return found;
}

/**
 * The new file, from the old one and a patch.
 *
 * @throws `patch-invalid` where the patch is damaged, or what it gives is not the new file; `patch-foreign` where it was made
 * for another old file
 */
export function applyPatch(old: Uint8Array, patch: Uint8Array): Uint8Array {
  const head = readHead(patch);
  if (old.length !== head.oldLength || !same(sha256(old), head.oldHash))
    throw new WasmoteError("patch-foreign", "it was made for another old file");
  const { clearBytes, newLength, blockBytes } = head;
  const count = blockCount(head);
  const index = headBytes + clearBytes;
  let at = index + count * indexEntryBytes;
  if (at > patch.length) throw damaged(`it ends after ${patch.length} bytes, within its index`);
  const bytes = new Uint8Array(newLength);
  bytes.set(patch.subarray(headBytes, index));
  const view = new DataView(patch.buffer, patch.byteOffset, patch.length);
  for (let i = 0; i < count; i++) {
    const length = view.getUint16(index + i * indexEntryBytes, true);
    const from = clearBytes + i * blockBytes;
    readBlock(old, bytes, from, Math.min(newLength, from + blockBytes), patch.subarray(at, at + length), i);
    at += length;
  }
  if (at !== patch.length) throw damaged(`it has ${patch.length} bytes, and its blocks end at byte ${at}`);
  if (!same(sha256(bytes), head.newHash)) throw damaged("what it gives is not the new file");
  return bytes;
}

function readBlock(
  old: Uint8Array,
  bytes: Uint8Array,
  from: number,
  to: number,
  block: Uint8Array,
  number: number,
) {
  const unknown: Piece = { kind: kinds.copy, length: 1, source: 0 };
  try {
    const reader = new SymbolReader(block, contextCount);
    codeBlock(reader, old, bytes, from, to, () => unknown);
    if (!reader.done) throw new RangeError("bytes are left over");
  } catch (error) {
    if (error instanceof RangeError) throw damaged(`block ${number}: ${error.message}`);
    throw error;
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
