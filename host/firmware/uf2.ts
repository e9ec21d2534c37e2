import { WasmoteError } from "../errors.js";

const blockBytes = 512;
const dataBytes = 256;
const dataOffset = 32;
const magicStart = [0x0a324655, 0x9e5d5157] as const;
const magicEnd = 0x0ab16f30;
const familyIdPresent = 0x2000;

/**
 * A UF2 file of an image: blocks of 512 bytes with 256 bytes of data each, the last one filled up with 0xff.
 * Source: github.com/microsoft/uf2, README, "File format".
 *
 * @param address where the image goes, a multiple of 256
 */
export function encodeUf2(image: Uint8Array, address: number, familyId: number): Uint8Array {
  const count = Math.ceil(image.length / dataBytes);
  const file = Buffer.alloc(count * blockBytes);
  for (let i = 0; i < count; i++) {
    const block = file.subarray(i * blockBytes, (i + 1) * blockBytes);
    const data = image.subarray(i * dataBytes, (i + 1) * dataBytes);
    const head = [...magicStart, familyIdPresent, address + i * dataBytes, dataBytes, i, count, familyId];
    for (const [at, word] of head.entries()) block.writeUInt32LE(word >>> 0, 4 * at);
    block.fill(0xff, dataOffset, dataOffset + dataBytes);
    block.set(data, dataOffset);
    block.writeUInt32LE(magicEnd, blockBytes - 4);
  }
  return new Uint8Array(file);
}

/** One block of a UF2 file. */
export interface Uf2Block {
  address: number;
  data: Uint8Array;
  familyId: number | undefined;
}

/** Reads a UF2 file's blocks. Throws `file-unreadable` where it is none. */
export function decodeUf2(file: Uint8Array): Uf2Block[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const refuse = (what: string): never => {
    throw new WasmoteError("file-unreadable", `as UF2: ${what}`);
  };
  if (bytes.length === 0 || bytes.length % blockBytes !== 0)
    return refuse(`${bytes.length} bytes, no whole blocks`);
  return Array.from({ length: bytes.length / blockBytes }, (_, i) => {
    const block = bytes.subarray(i * blockBytes, (i + 1) * blockBytes);
    const word = (at: number): number => block.readUInt32LE(4 * at);
    const magic =
      word(0) === magicStart[0] && word(1) === magicStart[1] && block.readUInt32LE(508) === magicEnd;
    const size = word(4);
    if (!magic || size > 476) return refuse(`block ${i} is none`);
    return {
      address: word(3),
      data: new Uint8Array(block.subarray(dataOffset, dataOffset + size)),
      familyId: (word(2) & familyIdPresent) !== 0 ? word(7) : undefined,
    };
  });
}
