import { createHash } from "node:crypto";

const magic = 0x73677277;
const recordBytes = 48;
const kinds = { complete: 3, active: 4 } as const;

/**
 * The firmware's log of what is in the slots, saying that slot 0 holds this model and is active. Little-endian: a
 * header (magic, sequence number), then records (kind, slot, length, SHA-256), each 48 bytes long and closed by its
 * CRC-32. Source: boards/firmware/records.c and records.h.
 */
export function slotRecords(model: Uint8Array): Uint8Array {
  const hash = createHash("sha256").update(model).digest();
  const header = Buffer.alloc(recordBytes, 0xff);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(1, 4);
  const records = [kinds.complete, kinds.active].map((kind) => {
    const record = Buffer.alloc(recordBytes, 0xff);
    record.writeUInt32LE(kind, 0);
    record.writeUInt32LE(0, 4);
    record.writeUInt32LE(model.length, 8);
    record.set(hash, 12);
    return record;
  });
  const sealed = [header, ...records];
  for (const bytes of sealed) {
    bytes.writeUInt32LE(crc32(bytes.subarray(0, recordBytes - 4)), recordBytes - 4);
  }
  return new Uint8Array(Buffer.concat(sealed));
}

/** CRC-32 of IEEE 802.3, reflected; that of "123456789" is 0xcbf43926. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
