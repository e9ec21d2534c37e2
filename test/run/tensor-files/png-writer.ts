import { deflateSync } from "node:zlib";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk of a PNG file: length, type, data, checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

/** Fields of a PNG's header; a picture of 8-bit grey where nothing is said. */
export interface PngHeader {
  width: number;
  height: number;
  depth?: number;
  colorType?: number;
  interlace?: 0 | 1;
}

/** A PNG file of these rows, each with the byte of its filter before it; `between` are chunks before the data. */
export function writePng(
  header: PngHeader,
  rows: Uint8Array,
  between: readonly Uint8Array[] = [],
): Uint8Array {
  const { width, height, depth = 8, colorType = 0, interlace = 0 } = header;
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  head.set([depth, colorType, 0, 0, interlace], 8);
  const chunks = [
    pngChunk("IHDR", head),
    ...between,
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", new Uint8Array(0)),
  ];
  return new Uint8Array(Buffer.concat([signature, ...chunks]));
}

/** The pass of Adam7, 1 to 7, in which each pixel of a square of 8 is; as the specification draws it. */
const adam7 = [
  "16462646",
  "77777777",
  "56565656",
  "77777777",
  "36463646",
  "77777777",
  "56565656",
  "77777777",
];

/** Lengths of a picture's rows in bytes, each with its filter's byte, in the order in which they are stored. */
export function pngRowLengths(
  { width, height, depth = 8, interlace = 0 }: PngHeader,
  samples: number,
): number[] {
  const rowBytes = (columns: number) =>
    columns === 0 ? [] : [1 + Math.ceil((columns * depth * samples) / 8)];
  const rows = Array.from({ length: height }, (_, y) => y);
  if (interlace === 0) return rows.flatMap(() => rowBytes(width));
  return [..."1234567"].flatMap((pass) =>
    rows.flatMap((y) =>
      rowBytes(
        Array.from({ length: width }, (_, x) => adam7[y % 8]![x % 8]).filter((p) => p === pass).length,
      ),
    ),
  );
}

/** CRC-32 as PNG has it (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
