import { crc16 } from "./crc16.js";

/** Longest line in bytes, with its two bytes of marker and its line end. */
export const maxLineBytes = 127;

/** Bytes that a packet has besides header and payload: length and CRC. */
export const framingBytes = 4;

/** Largest packet that there can be: its first two bytes hold the length of what follows them. */
export const largestPacketBytes = 2 + 0xffff;

const firstMarker = [0x06, 0x09] as const;
const nextMarker = [0x04, 0x14] as const;
const lineEnd = 0x0a;
const base64PerLine = maxLineBytes - 3;
const longestText = 4096;

/**
 * Puts an SMP message (header and payload) into lines: length, message and CRC16 in base64, cut into lines of at most
 * 127 bytes. Source: docs/link.md, "Frames"; Zephyr documentation, "SMP Transport Specification".
 */
export function encodeFrames(message: Uint8Array): Uint8Array {
  const packet = Buffer.alloc(message.length + framingBytes);
  packet.writeUInt16BE(message.length + 2, 0);
  packet.set(message, 2);
  packet.writeUInt16BE(crc16(message), packet.length - 2);
  const text = packet.toString("base64");
  const lines: Buffer[] = [];
  for (let at = 0; at < text.length; at += base64PerLine) {
    const marker = at === 0 ? firstMarker : nextMarker;
    const body = Buffer.from(text.slice(at, at + base64PerLine), "latin1");
    lines.push(Buffer.from([...marker, ...body, lineEnd]));
  }
  return Buffer.concat(lines);
}

/** Takes what `FrameDecoder` finds. */
export interface FrameReceiver {
  /** A message whose length and CRC are right. */
  message(bytes: Uint8Array): void;
  /** A line that belongs to no packet, without its line end. */
  text?(line: string): void;
  /** A packet that was dropped, and why. */
  dropped?(reason: string): void;
}

/** Finds messages in a stream of bytes. Whatever is broken is dropped, and reading goes on with the next line. */
export class FrameDecoder {
  readonly #receiver: FrameReceiver;
  #line: number[] = [];
  #packet: Buffer | undefined;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  /** Takes the next bytes of the stream, cut anywhere. */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === lineEnd) this.#endLine();
      else {
        if (this.#starts(byte)) this.#flushText(1);
        this.#line.push(byte);
        if (this.#line.length > longestText) this.#flushText(0);
      }
    }
  }

  /** Whether this byte ends a first line's marker in the middle of a line, as after text without a line end. */
  #starts(byte: number): boolean {
    return this.#line.length > 1 && byte === firstMarker[1] && this.#line.at(-1) === firstMarker[0];
  }

  #flushText(kept: number): void {
    const rest = this.#line.splice(this.#line.length - kept, kept);
    this.#text(this.#line);
    this.#line = rest;
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = [];
    if (line.at(-1) === 0x0d) line.pop();
    const begins = (marker: readonly number[]) => line[0] === marker[0] && line[1] === marker[1];
    const body = () => Buffer.from(Buffer.from(line.slice(2)).toString("latin1"), "base64");
    if (begins(firstMarker)) {
      if (this.#packet !== undefined) this.#drop("the packet before is incomplete");
      this.#packet = body();
    } else if (begins(nextMarker)) {
      this.#packet &&= Buffer.concat([this.#packet, body()]);
    } else {
      this.#text(line);
      return;
    }
    this.#endPacket(this.#packet);
  }

  #endPacket(packet: Buffer | undefined): void {
    const length = packet !== undefined && packet.length >= 2 ? packet.readUInt16BE(0) : undefined;
    if (packet === undefined) this.#drop("a line without the lines before it");
    else if (length === undefined) this.#drop("a line is broken");
    else if (length < 2 || packet.length > 2 + length) this.#drop("the length is wrong");
    else if (packet.length === 2 + length)
      this.#endMessage(packet.subarray(2, length), packet.readUInt16BE(length));
  }

  #endMessage(message: Uint8Array, crc: number): void {
    if (crc16(message) !== crc) {
      this.#drop("the CRC is wrong");
      return;
    }
    this.#packet = undefined;
    this.#receiver.message(new Uint8Array(message));
  }

  #drop(reason: string): void {
    this.#packet = undefined;
    this.#receiver.dropped?.(reason);
  }

  #text(line: readonly number[]): void {
    if (line.length > 0) this.#receiver.text?.(Buffer.from(line).toString("utf8"));
  }
}
