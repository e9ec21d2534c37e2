import { WasmoteError } from "../errors.js";

/** What an image takes, in bytes. */
export interface ImageSizes {
  /** Loaded sections that lie in flash, initial values of variables included. */
  flashBytes: number;
  /** Sections that take RAM while it runs. */
  ramBytes: number;
}

/** A range of addresses. */
export interface Range {
  origin: number;
  bytes: number;
}

const loadSegment = 1;

/**
 * What an ELF file of 32 bits, little-endian, takes of flash and RAM, by its program headers: what has bytes in the
 * file is in flash at its physical address, what lies in RAM at its virtual address takes RAM.
 * Source: Tool Interface Standard, ELF specification 1.2, "Program Header".
 *
 * @throws `file-unreadable` where it is no such file
 */
export function imageSizes(elf: Uint8Array, flash: Range, ram: Range): ImageSizes {
  const file = Buffer.from(elf.buffer, elf.byteOffset, elf.length);
  if (file.length < 52 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 1 || file[5] !== 1) {
    throw new WasmoteError("file-unreadable", "it is no ELF file of 32 bits");
  }
  const [start, size, count] = [file.readUInt32LE(28), file.readUInt16LE(42), file.readUInt16LE(44)];
  const within = (address: number, { origin, bytes }: Range): boolean =>
    address >= origin && address < origin + bytes;
  const sizes = { flashBytes: 0, ramBytes: 0 };
  for (let i = 0; i < count; i++) {
    const header = file.subarray(start + i * size, start + (i + 1) * size);
    const field = (at: number): number => header.readUInt32LE(4 * at);
    if (field(0) !== loadSegment) continue;
    const [virtual, physical, inFile, inMemory] = [field(2), field(3), field(4), field(5)];
    if (inFile > 0 && within(physical, flash)) sizes.flashBytes += inFile;
    if (within(virtual, ram)) sizes.ramBytes += inMemory;
  }
  return sizes;
}
