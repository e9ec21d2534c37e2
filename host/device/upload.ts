import { createHash } from "node:crypto";
import { answers, readAnswer, refuseAnswer } from "./answers.js";
import { roomForData } from "./parts.js";
import type { Payload } from "./smp.js";

/** How an upload is done. */
export interface UploadOptions {
  /** Told after each part: bytes on the board, of all. */
  onProgress?(done: number, total: number): void;
  /** What the upload is named by, of 32 bytes; SHA-256 of the file by default. */
  sha?: Uint8Array;
  /** How long erasing and the check at the end may take, in milliseconds. */
  flashTimeoutMillis?: number;
  /** Stops the upload before the next part; the board keeps what it has. */
  signal?: AbortSignal;
}

/** The board may ask this often in a row for what it has been sent. */
const maxRepeats = 5;

/** An upload may take this many times the requests that the file has parts, and some more. */
const maxRequestsAPart = 2;
const maxMoreRequests = 16;

/** What a file begins with is looked at, and the slot erased for it, within so many bytes. */
const headBytes = 2048;

/** Whether the answer to a part may take its time: what is no model itself may be opened, decoded and written for long at any. */
function waits(file: Uint8Array, off: number): boolean {
  return off < headBytes || !(file[0] === 0 && file[1] === 0x61);
}

/**
 * Sends a file in parts that each fill one packet, always the one that the board asks for, so that an upload that was
 * interrupted goes on where it stopped. Source: docs/link.md, "Group 1".
 *
 * @param send sends a part and gives the board's answer
 * @param mtu largest packet that the board takes, in bytes
 * @param inTime throws when the upload has taken too long
 * @returns SHA-256 of the file that the board has now: of what was sent or, where that was a patch or an encrypted file, of what
 *   the board says that came of it
 * @throws `board-protocol` where the board's offsets make no sense; what `send` and `signal` throw
 */
export async function upload(
  send: (payload: Payload, timeoutMillis?: number) => Promise<Payload>,
  mtu: number,
  file: Uint8Array,
  inTime: () => void,
  options: UploadOptions = {},
): Promise<Uint8Array> {
  const sha = options.sha ?? new Uint8Array(createHash("sha256").update(file).digest());
  const room = roomForData(mtu, { off: 0xffffffff, len: 0xffffffff, sha, data: new Uint8Array(0) });
  const maxRequests = maxRequestsAPart * Math.ceil(file.length / room) + maxMoreRequests;
  let off = 0;
  let reached = 0;
  let repeats = 0;
  let made: Uint8Array | undefined;
  for (let requests = 0; requests === 0 || off < file.length; requests++) {
    options.signal?.throwIfAborted();
    inTime();
    if (requests === maxRequests)
      refuseAnswer("upload", `it has asked for ${requests} parts, and wants ${off}`);
    const data = file.subarray(off, off + room);
    const start = off === 0;
    const slow = waits(file, off) || off + data.length >= file.length;
    const payload = start ? { off, len: file.length, sha, data } : { off, data };
    const answer = await send(payload, slow ? options.flashTimeoutMillis : undefined);
    const told = readAnswer(answers.offset, answer, "upload");
    off = told.off;
    made = told.hash;
    if (off > file.length) refuseAnswer("upload", `it wants offset ${off} of ${file.length} bytes`);
    repeats = off > reached ? 0 : repeats + 1;
    if (repeats > maxRepeats)
      refuseAnswer("upload", `it asks ${repeats} times in a row for what it was sent`);
    reached = Math.max(reached, off);
    options.onProgress?.(off, file.length);
  }
  return made ?? sha;
}
