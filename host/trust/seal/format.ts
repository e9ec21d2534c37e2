import { deviceKeyIdBytes } from "./device-keys.js";
import { hpkeBytes } from "./hpke.js";

/**
 * A sealed file, version 1. boards/trust/seal.h has the same figures.
 *
 * | bytes | what |
 * |---|---|
 * | 4 | "WMSE" |
 * | 1 | version: 1 |
 * | 1 | recipients: 1 to 16 |
 * | 2 | 0 |
 * | 4 | bytes of the plain file, at least 1, little-endian |
 * | 88 for each recipient | key id (8), HPKE's encapsulated key (32), the content key as HPKE seals it (48) |
 * | | chunks: 256 bytes each, the last one 1 to 256, and each chunk's tag of 16 bytes |
 *
 * The content key is 32 random bytes. HPKE seals it in base mode with the info "wasmote model 1" and the first 12 bytes as
 * additional data. The key of the chunks is HKDF-SHA256 of the content key, with SHA-256 of all bytes before the chunks as salt
 * and the info "wasmote chunks 1": what was changed there fits no chunk. Chunks are sealed by ChaCha20Poly1305 as the STREAM
 * construction has it (Hoang, Reyhanitabar, Rogaway, Vizár, 2015), in the way of age (C2SP, age v1, "Payload"): the nonce is the
 * chunk's number in 11 bytes, big-endian, and a byte that is 1 for the last chunk, else 0.
 */
export const sealFormat = {
  magic: "WMSE",
  version: 1,
  preludeBytes: 12,
  mostRecipients: 16,
  contentKeyBytes: 32,
  chunkBytes: 256,
  recipientBytes: deviceKeyIdBytes + hpkeBytes.encapsulated + 32 + hpkeBytes.tag,
  info: new TextEncoder().encode("wasmote model 1"),
  chunkInfo: new TextEncoder().encode("wasmote chunks 1"),
} as const;

/** Bytes before the chunks. */
export const sealHeadBytes = (recipients: number): number =>
  sealFormat.preludeBytes + recipients * sealFormat.recipientBytes;

/** RFC 8439's nonce of a chunk. */
export function chunkNonce(chunk: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(hpkeBytes.nonce);
  nonce.writeUInt32BE(chunk, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
