import { WasmoteError } from "../errors.js";
import { Answer } from "./answers.js";
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

/**
 * Reads all parts of something long. Throws `board-protocol` where the parts do not join.
 *
 * @param ask asks for the part that starts at an offset
 */
export async function readParts(ask: (off: number) => Promise<Payload>, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (let total = 1; at < total; ) {
    const answer = new Answer(await ask(at), what);
    const [off, length, data] = [answer.count("off"), answer.count("len"), answer.bytes("data")];
    if (off !== at) answer.refuse(`a part at ${off} instead of ${at}`);
    if (at > 0 && length !== total) answer.refuse(`${length} bytes in all, and ${total} before`);
    if (at + data.length > length || (data.length === 0 && at < length)) {
      answer.refuse(`a part of ${data.length} bytes at ${at} of ${length}`);
    }
    total = length;
    at += data.length;
    parts.push(data);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Writes something long part by part. Throws `board-protocol` where the board wants another part than the next.
 *
 * @param send sends one part
 */
export async function writeParts(
  send: (part: { off: number; data: Uint8Array }) => Promise<Payload>,
  mtu: number,
  bytes: Uint8Array,
): Promise<void> {
  const most = { i: 0xffff, off: 0xffffffff, data: new Uint8Array(0) };
  const room = roomForData(mtu, most);
  let off = 0;
  do {
    const data = bytes.subarray(off, off + room);
    const answer = new Answer(await send({ off, data }), "input");
    off += data.length;
    const next = answer.count("off");
    if (next !== off) answer.refuse(`it wants offset ${next} after ${off}`);
  } while (off < bytes.length);
}
