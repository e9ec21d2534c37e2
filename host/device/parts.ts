import { WasmoteError } from "../errors.js";
import { answers, readAnswer, refuseAnswer } from "./answers.js";
import { framingBytes } from "./frames.js";
import { headerBytes, type Payload, payloadBytes } from "./smp.js";

/** Parts of a file start at multiples of this, so that they fill whole words and pages of flash. */
const partAlignment = 16;

/** Bytes that CBOR adds to the length of up to 65535 bytes, over that of none. */
const lengthBytes = 2;

/**
 * Bytes of data that fit into one packet besides a payload's other fields.
 *
 * @param mtu largest packet that the board takes, in bytes
 * @param payload the payload, with `data` empty
 * @throws `board-protocol` where not even 16 bytes fit
 */
export function roomForData(mtu: number, payload: Payload): number {
  const room = mtu - framingBytes - headerBytes - payloadBytes(payload) - lengthBytes;
  const aligned = room - (room % partAlignment);
  if (aligned < partAlignment) throw new WasmoteError("board-protocol", `its packets have ${mtu} bytes only`);
  return aligned;
}

/** What is read in parts. */
export interface LongAnswer {
  /** The request, for a person. */
  what: string;
  /** Its length in bytes where that is known, or else the most that is taken. */
  bytes: number;
  exact: boolean;
}

/**
 * Reads all parts of something long. Throws `board-protocol` where it has another length than it must, and where the
 * parts do not join: before more than `bytes` are kept.
 *
 * @param ask asks for the part that starts at an offset
 * @param inTime throws when the transfer has taken too long
 */
export async function readParts(
  ask: (off: number) => Promise<Payload>,
  { what, bytes, exact }: LongAnswer,
  inTime: () => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let at = 0;
  let total: number | undefined;
  do {
    inTime();
    const { off, len, data } = readAnswer(answers.part, await ask(at), what);
    if (exact ? len !== bytes : len > bytes) {
      refuseAnswer(what, `it has ${len} bytes instead of ${exact ? "" : "at most "}${bytes}`);
    }
    if (off !== at) refuseAnswer(what, `a part at ${off} instead of ${at}`);
    if (total !== undefined && len !== total) refuseAnswer(what, `${len} bytes in all, and ${total} before`);
    if (at + data.length > len || (data.length === 0 && at < len)) {
      refuseAnswer(what, `a part of ${data.length} bytes at ${at} of ${len}`);
    }
    total = len;
    at += data.length;
    parts.push(data);
  } while (at < total);
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Writes something long part by part. Throws `board-protocol` where the board wants another part than the next.
 *
 * @param send sends one part
 * @param inTime throws when the transfer has taken too long
 */
export async function writeParts(
  send: (part: { off: number; data: Uint8Array }) => Promise<Payload>,
  mtu: number,
  bytes: Uint8Array,
  inTime: () => void,
): Promise<void> {
  const most = { i: 0xffff, off: 0xffffffff, data: new Uint8Array(0) };
  const room = roomForData(mtu, most);
  let off = 0;
  do {
    const data = bytes.subarray(off, off + room);
    inTime();
    const { off: next } = readAnswer(answers.offset, await send({ off, data }), "input");
    off += data.length;
    if (next !== off) refuseAnswer("input", `it wants offset ${next} after ${off}`);
  } while (off < bytes.length);
}
