import { WasmoteError } from "../errors.js";

/** What a patch begins with, as docs/updates.md lays it out. */
export interface PatchHead {
  /** Bytes of the new file that each block gives; the last one gives what is left. A power of 2. */
  blockBytes: number;
  /** Bytes of the new file that the patch holds in clear. */
  clearBytes: number;
  oldLength: number;
  newLength: number;
  /** SHA-256 of the whole files. */
  oldHash: Uint8Array;
  newHash: Uint8Array;
}

/** "WMPT". */
export const magic: readonly number[] = [0x57, 0x4d, 0x50, 0x54];
/** Version of the format. */
export const version = 1;
/** Bytes of the head; what is in clear follows. */
export const headBytes = 80;
/** Bytes of a block's length in the index. */
export const indexEntryBytes = 2;
/** Least and most of the logarithm of a block's bytes. */
export const blockShifts = { least: 8, most: 15 } as const;

/** Most bytes of either file. */
const mostLength = 2 ** 30;

/** Whether a file begins as a patch does. */
export function isPatch(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/** Blocks of a patch. */
export function blockCount({ newLength, clearBytes, blockBytes }: PatchHead): number {
  return Math.ceil((newLength - clearBytes) / blockBytes);
}

/** The head's bytes. */
export function writeHead(head: PatchHead): Uint8Array {
  const bytes = new Uint8Array(headBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  bytes[4] = version;
  bytes[5] = Math.log2(head.blockBytes);
  view.setUint16(6, head.clearBytes, true);
  view.setUint32(8, head.oldLength, true);
  view.setUint32(12, head.newLength, true);
  bytes.set(head.oldHash, 16);
  bytes.set(head.newHash, 48);
  return bytes;
}

/** Reads a patch's head. Throws `patch-invalid`. */
export function readHead(patch: Uint8Array): PatchHead {
  if (!isPatch(patch)) throw damaged("it does not begin with WMPT");
  if (patch.length < headBytes) throw damaged(`it ends after ${patch.length} bytes, within its head`);
  const view = new DataView(patch.buffer, patch.byteOffset);
  if (patch[4] !== version) throw damaged(`it is of version ${patch[4]}, and ${version} is known`);
  const shift = patch[5] as number;
  const head = {
    blockBytes: 2 ** shift,
    clearBytes: view.getUint16(6, true),
    oldLength: view.getUint32(8, true),
    newLength: view.getUint32(12, true),
    oldHash: patch.slice(16, 48),
    newHash: patch.slice(48, 80),
  };
  if (shift < blockShifts.least || shift > blockShifts.most) throw damaged(`blocks of 2^${shift} bytes`);
  if (Math.max(head.oldLength, head.newLength) > mostLength) throw damaged("files of more than 2^30 bytes");
  if (head.clearBytes > head.newLength) throw damaged("more bytes are in clear than the new file has");
  return head;
}

/** The error for a patch that is none, or not of this file. */
export function damaged(detail: string): WasmoteError {
  return new WasmoteError("patch-invalid", detail);
}
