import { WasmoteError } from "../../errors.js";
import { damaged } from "./damaged.js";
import { type Pixels, requireDecodable } from "./pixels.js";

const fileHeaderBytes = 14;
/** The header of OS/2 1.x: 16-bit sizes, and three bytes a palette entry. */
const coreHeaderBytes = 12;
/** The header up to its palette's length, and the fields of masks that follow in the longer ones. */
const [infoHeaderBytes, masksEnd] = [40, 52];

const [uncompressed, bitfields] = [0, 3];
const compressions: Readonly<Record<number, string>> = {
  1: "RLE8",
  2: "RLE4",
  4: "JPEG",
  5: "PNG",
  6: "alpha bitfields",
};

interface Header {
  width: number;
  height: number;
  /** Rows lie from top to bottom; usually it is from bottom to top. */
  topDown: boolean;
  bitsPerPixel: number;
  /** Red, green and blue within a pixel of 16 or 32 bits. */
  masks: readonly [number, number, number];
  palette: { at: number; entries: number; entryBytes: number };
  pixelsAt: number;
}

/**
 * Decodes an uncompressed `.bmp`: 1, 4 or 8 bits with a palette, 16 or 32 bits by masks, 24 bits; alpha is not read.
 *
 * Throws `input-invalid` for a damaged or truncated file and for a compressed one, `input-size` for one that is too
 * large. Source: Microsoft, Bitmap Storage (BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV4HEADER).
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, bitsPerPixel, topDown, pixelsAt } = header;
  const rowBytes = 4 * Math.ceil((width * bitsPerPixel) / 32);
  if (pixelsAt + rowBytes * height > bytes.length) {
    throw damaged(
      "bmp",
      `truncated: ${bytes.length} bytes where its rows end at ${pixelsAt + rowBytes * height}`,
    );
  }
  const colour = colourReader(view, header);
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + rowBytes * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) colour(row, x, rgba, 4 * (y * width + x));
  }
  return { width, height, rgba };
}

function readHeader(view: DataView): Header {
  if (view.byteLength < fileHeaderBytes + coreHeaderBytes)
    throw damaged("bmp", "truncated within its header");
  const headerBytes = view.getUint32(14, true);
  const core = headerBytes === coreHeaderBytes;
  if (!core && headerBytes < infoHeaderBytes) throw damaged("bmp", `a header of ${headerBytes} bytes`);
  if (view.byteLength < fileHeaderBytes + headerBytes) throw damaged("bmp", "truncated within its header");
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = core ? view.getUint16(20, true) : view.getInt32(22, true);
  requireDecodable(width, Math.abs(rows), "bmp");
  const bitsPerPixel = view.getUint16(core ? 24 : 28, true);
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw damaged("bmp", `${bitsPerPixel} bits a pixel`);
  const compression = core ? uncompressed : view.getUint32(30, true);
  if (compression !== uncompressed && compression !== bitfields) {
    throw new WasmoteError(
      "input-invalid",
      `a .bmp compressed by ${compressions[compression] ?? `method ${compression}`}; save it uncompressed, or as .png`,
    );
  }
  const masked = compression === bitfields;
  const masks = readMasks(view, bitsPerPixel, masked);
  const colours = core ? 0 : view.getUint32(46, true);
  const most = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0;
  const paletteAt = fileHeaderBytes + (masked ? Math.max(headerBytes, masksEnd) : headerBytes);
  return {
    width,
    height: Math.abs(rows),
    topDown: rows < 0,
    bitsPerPixel,
    masks,
    palette: { at: paletteAt, entries: Math.min(colours || most, most), entryBytes: core ? 3 : 4 },
    pixelsAt: view.getUint32(10, true),
  };
}

function readMasks(view: DataView, bitsPerPixel: number, masked: boolean): [number, number, number] {
  if (!masked) return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
  if (bitsPerPixel !== 16 && bitsPerPixel !== 32)
    throw damaged("bmp", `masks for ${bitsPerPixel} bits a pixel`);
  if (view.byteLength < fileHeaderBytes + masksEnd) throw damaged("bmp", "truncated within its masks");
  const at = fileHeaderBytes + infoHeaderBytes;
  return [view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true)];
}

/** Writes red, green and blue of pixel `x` of the row at `row` to `rgba` at `to`. */
type ColourReader = (row: number, x: number, rgba: Uint8Array, to: number) => void;

function colourReader(view: DataView, { bitsPerPixel, masks, palette }: Header): ColourReader {
  if (bitsPerPixel <= 8) return paletteReader(view, bitsPerPixel, palette);
  if (bitsPerPixel === 24) {
    return (row, x, rgba, to) => {
      for (let channel = 0; channel < 3; channel++)
        rgba[to + channel] = view.getUint8(row + 3 * x + 2 - channel);
    };
  }
  const channels = masks.map(maskReader);
  return (row, x, rgba, to) => {
    const pixel = bitsPerPixel === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true);
    for (const [channel, read] of channels.entries()) rgba[to + channel] = read(pixel);
  };
}

function paletteReader(view: DataView, bitsPerPixel: number, palette: Header["palette"]): ColourReader {
  const { at, entries, entryBytes } = palette;
  if (at + entries * entryBytes > view.byteLength) throw damaged("bmp", "truncated within its palette");
  const perByte = 8 / bitsPerPixel;
  return (row, x, rgba, to) => {
    const byte = view.getUint8(row + Math.floor(x / perByte));
    const index = (byte >> (8 - bitsPerPixel * (1 + (x % perByte)))) & (2 ** bitsPerPixel - 1);
    if (index >= entries) throw damaged("bmp", `colour ${index} of a palette of ${entries}`);
    for (let channel = 0; channel < 3; channel++) {
      rgba[to + channel] = view.getUint8(at + index * entryBytes + 2 - channel);
    }
  };
}

/** The bits of a mask, scaled to 0 to 255. */
function maskReader(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round(((((pixel & mask) >>> 0) >>> shift) * 255) / most);
}
