import { decode, encode } from "cborg";

/** Bytes of an SMP header. */
export const headerBytes = 8;

/** Kinds of message; an answer's is its request's plus 1. */
export const operations = { read: 0, readAnswer: 1, write: 2, writeAnswer: 3 } as const;

/** What a payload may hold. */
export type Payload = Record<string, unknown>;

/** An SMP message, opened. */
export interface Message {
  operation: number;
  group: number;
  command: number;
  /** 0..255; an answer has its request's. */
  sequence: number;
  payload: Payload;
}

const version = 1;

/**
 * Encodes a message: a header of 8 bytes, then the payload in CBOR (RFC 8949).
 * Source: docs/link.md, "Frames"; Zephyr documentation, "SMP Protocol Specification", version 2.
 */
export function encodeMessage({ operation, group, command, sequence, payload }: Message): Uint8Array {
  const body = encode(payload);
  const message = Buffer.alloc(headerBytes + body.length);
  message.writeUInt8((version << 3) | operation, 0);
  message.writeUInt16BE(body.length, 2);
  message.writeUInt16BE(group, 4);
  message.writeUInt8(sequence, 6);
  message.writeUInt8(command, 7);
  message.set(body, headerBytes);
  return message;
}

/** Opens a message; undefined where it is none: too short, another length than its header says, no map in CBOR. */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  if (bytes.length < headerBytes) return undefined;
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, headerBytes);
  if (header.readUInt16BE(2) !== bytes.length - headerBytes) return undefined;
  let payload: unknown;
  try {
    payload = decode(bytes.subarray(headerBytes), { allowIndefinite: true });
  } catch {
    return undefined;
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return undefined;
  return {
    operation: header.readUInt8(0) & 7,
    group: header.readUInt16BE(4),
    sequence: header.readUInt8(6),
    command: header.readUInt8(7),
    payload: payload as Payload,
  };
}

/** Bytes that a payload takes in CBOR. */
export function payloadBytes(payload: Payload): number {
  return encode(payload).length;
}
