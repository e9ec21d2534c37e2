import { decode, encode } from "cborg";

/** CRC16 of XMODEM: polynomial 0x1021, initial value 0, not reflected. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}

/** A packet, put into lines as docs/link.md says. `spoil` changes the CRC. */
export function toLines(packet: Uint8Array, spoil = 0): string {
  const whole = Buffer.alloc(packet.length + 4);
  whole.writeUInt16BE(packet.length + 2, 0);
  whole.set(packet, 2);
  whole.writeUInt16BE(crc16(packet) ^ spoil, packet.length + 2);
  const text = whole.toString("base64");
  let lines = "";
  for (let at = 0; at < text.length; at += 124) {
    lines += `${at === 0 ? "\x06\x09" : "\x04\x14"}${text.slice(at, at + 124)}\n`;
  }
  return lines;
}

/** An SMP packet: header, then the payload in CBOR. */
export function encodePacket(
  operation: number,
  group: number,
  command: number,
  sequence: number,
  payload: object,
): Uint8Array {
  const body = encode(payload);
  const packet = Buffer.alloc(8 + body.length);
  packet[0] = (1 << 3) | operation;
  packet.writeUInt16BE(body.length, 2);
  packet.writeUInt16BE(group, 4);
  packet[6] = sequence;
  packet[7] = command;
  packet.set(body, 8);
  return packet;
}

/** A decoded answer. */
export interface Answer {
  operation: number;
  group: number;
  command: number;
  sequence: number;
  payload: Record<string, unknown>;
}

/** Puts packets together from the bytes of a line. */
export class LineReader {
  private line: number[] = [];
  private text = "";

  /** Takes a byte; returns the packet that it completed. Throws where a packet is broken. */
  take(byte: number): Answer | undefined {
    if (byte !== 0x0a) {
      this.line.push(byte);
      return undefined;
    }
    const line = Buffer.from(this.line);
    this.line = [];
    if (line.length + 1 > 127) throw new Error(`a line of ${line.length + 1} bytes`);
    const marker = line.readUInt16BE(0);
    if (marker === 0x0609) this.text = "";
    else if (marker !== 0x0414) return undefined;
    this.text += line.subarray(2).toString("latin1");
    const bytes = Buffer.from(this.text, "base64");
    const length = bytes.readUInt16BE(0);
    if (bytes.length < length + 2) return undefined;
    const packet = bytes.subarray(2, length);
    if (bytes.length !== length + 2 || crc16(packet) !== bytes.readUInt16BE(length))
      throw new Error("a broken packet");
    return {
      operation: (packet[0] ?? 0) & 7,
      group: packet.readUInt16BE(4),
      sequence: packet[6] ?? -1,
      command: packet[7] ?? -1,
      payload: decode(packet.subarray(8)),
    };
  }
}
