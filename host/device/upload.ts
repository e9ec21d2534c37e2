import { createHash } from "node:crypto";
import { WasmoteError } from "../errors.js";
import { Answer } from "./answers.js";
import { roomForData } from "./parts.js";
import type { Payload } from "./smp.js";

/** How an upload is done. */
export interface UploadOptions {
  /** Told after each part: bytes on the board, of all. */
  onProgress?(done: number, total: number): void;
  /** How long erasing and the check at the end may take, in milliseconds. */
  flashTimeoutMillis?: number;
  /** Stops the upload before the next part; the board keeps what it has. */
  signal?: AbortSignal;
}

/** The board may ask this often in a row for what it has been sent. */
const maxRepeats = 5;

/**
 * Sends a file in parts that each fill one packet, always the one that the board asks for, so that an upload that was
 * interrupted goes on where it stopped. Source: docs/link.md, "Group 1".
 *
 * @param send sends a part and gives the board's answer
 * @param mtu largest packet that the board takes, in bytes
 * @returns the file's SHA-256
 * @throws `board-protocol` where the board's offsets make no sense; what `send` and `signal` throw
 */
export async function upload(
  send: (payload: Payload, timeoutMillis?: number) => Promise<Payload>,
  mtu: number,
  file: Uint8Array,
  options: UploadOptions = {},
): Promise<Uint8Array> {
  const sha = new Uint8Array(createHash("sha256").update(file).digest());
  const room = roomForData(mtu, { off: 0xffffffff, len: 0xffffffff, sha, data: new Uint8Array(0) });
  let off = 0;
  let repeats = 0;
  do {
    options.signal?.throwIfAborted();
    const data = file.subarray(off, off + room);
    const start = off === 0;
    const slow = start || off + data.length >= file.length;
    const payload = start ? { off, len: file.length, sha, data } : { off, data };
    const answer = new Answer(await send(payload, slow ? options.flashTimeoutMillis : undefined), "upload");
    const next = answer.count("off");
    if (next > file.length) answer.refuse(`it wants offset ${next} of ${file.length} bytes`);
    repeats = next > off ? 0 : repeats + 1;
    if (repeats > maxRepeats) {
      throw new WasmoteError("board-protocol", `the board asks ${repeats} times in a row for offset ${next}`);
    }
    off = next;
    options.onProgress?.(off, file.length);
  } while (off < file.length);
  return sha;
}
