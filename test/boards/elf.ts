/** A part of an image that is loaded. */
export interface Segment {
  /** Address at run time. */
  address: number;
  /** Address where its bytes are in flash. */
  source: number;
  /** Bytes in the file. */
  bytes: Uint8Array;
  /** Bytes that it takes at run time. */
  length: number;
}

/** A linked image. */
export interface Image {
  entry: number;
  segments: Segment[];
  /** Addresses of its symbols. */
  symbols: Map<string, number>;
}

/** Reads a 32-bit little-endian ELF file. Source: Tool Interface Standard, ELF specification 1.2. */
export function readElf(file: Uint8Array): Image {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const word = (at: number): number => bytes.readUInt32LE(at);
  const half = (at: number): number => bytes.readUInt16LE(at);
  if (word(0) !== 0x464c457f || bytes[4] !== 1 || bytes[5] !== 1) throw new Error("no such ELF file");

  const segments = Array.from({ length: half(44) }, (_, i) => word(28) + i * half(42))
    .filter((at) => word(at) === 1 && word(at + 20) > 0)
    .map((at) => ({
      address: word(at + 8),
      source: word(at + 12),
      bytes: new Uint8Array(bytes.subarray(word(at + 4), word(at + 4) + word(at + 16))),
      length: word(at + 20),
    }));

  const sections = Array.from({ length: half(48) }, (_, i) => word(32) + i * half(46));
  const table = sections.find((at) => word(at + 4) === 2);
  const symbols = new Map<string, number>();
  if (table !== undefined) {
    const names = word(sections[word(table + 24)]! + 16);
    for (let at = word(table + 16); at < word(table + 16) + word(table + 20); at += 16) {
      const start = names + word(at);
      symbols.set(bytes.toString("latin1", start, bytes.indexOf(0, start)), word(at + 4));
    }
  }
  return { entry: word(24), segments, symbols };
}
