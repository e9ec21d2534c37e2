import { inflateSync } from "node:zlib";
import { WasmoteError } from "../../errors.js";
import { maxPicturePixels } from "../../files/limits.js";
import { damaged } from "./damaged.js";
import { type Pixels, requireDecodable } from "./pixels.js";

const signatureBytes = 8;
/** Length and type before a chunk's data, its checksum after them. */
const [chunkHeadBytes, chunkTailBytes] = [8, 4];
/** Bytes of a picture's rows as they are inflated, at most: eight bits of red, green, blue and alpha. */
const maxRowBytes = 5 * maxPicturePixels;

/** Samples of a pixel, by colour type. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row, and steps of both, of the seven passes of Adam7. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Chunk {
  type: string;
  /** The chunk with its length, type and checksum, and its data alone: views of the file. */
  whole: Uint8Array;
  data: Uint8Array;
}

interface Header {
  width: number;
  height: number;
  bitsPerPixel: number;
  interlaced: boolean;
  indexed: boolean;
}

/**
 * Decodes a `.png`. Its header says how many bytes its rows take, and no more than these are inflated. A transparent
 * colour, given by a tRNS chunk, stays the colour it is, with alpha 0.
 *
 * Throws `input-invalid` for a damaged or truncated file, `input-size` for one that is too large.
 * Source: PNG specification, third edition.
 */
export async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const chunks = readChunks(bytes);
  const header = readHeader(chunks[0]!);
  requireRows(header, chunks);
  const { PNG } = await import("pngjs");
  const decode = (kept: readonly Chunk[]) =>
    PNG.sync.read(Buffer.concat([bytes.subarray(0, signatureBytes), ...kept.map(({ whole }) => whole)]));
  const opaque = header.indexed ? chunks : chunks.filter(({ type }) => type !== "tRNS");
  try {
    const { width, height, data: rgba } = decode(opaque);
    // Where there is a transparent colour, pngjs makes it black: only alpha is taken of what it decodes then.
    if (opaque.length < chunks.length) copyAlpha(decode(chunks).data, rgba);
    return { width, height, rgba };
  } catch (error) {
    throw damaged("png", (error as Error).message);
  }
}

function copyAlpha(from: Uint8Array, to: Uint8Array): void {
  for (let at = 3; at < to.length; at += 4) to[at] = from[at]!;
}

function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = signatureBytes;
  while (chunks.at(-1)?.type !== "IEND") {
    if (at + chunkHeadBytes > bytes.length)
      throw damaged("png", `its ${bytes.length} bytes end before its end chunk`);
    const length = view.getUint32(at);
    const end = at + chunkHeadBytes + length + chunkTailBytes;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + chunkHeadBytes));
    if (end > bytes.length) {
      throw damaged(
        "png",
        `a chunk ${JSON.stringify(type)} of ${length} bytes goes past the file's ${bytes.length}`,
      );
    }
    const data = bytes.subarray(at + chunkHeadBytes, end - chunkTailBytes);
    chunks.push({ type, whole: bytes.subarray(at, end), data });
    at = end;
  }
  return chunks;
}

function readHeader({ type, data }: Chunk): Header {
  if (type !== "IHDR" || data.length !== 13) throw damaged("png", "it does not begin with its header chunk");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, interlaced] = [data[8]!, data[9]!, data[12] !== 0];
  requireDecodable(width, height, "png");
  const samples = samplesOf[colorType];
  if (samples === undefined) throw damaged("png", `colour type ${colorType}`);
  return { width, height, bitsPerPixel: samples * depth, interlaced, indexed: colorType === 3 };
}

/** Throws unless the data chunks inflate to exactly the rows that the header tells of. */
function requireRows(header: Header, chunks: readonly Chunk[]): void {
  const expected = rowBytes(header);
  if (expected > maxRowBytes) {
    throw new WasmoteError(
      "input-size",
      `a picture whose rows take ${expected} bytes; up to ${maxRowBytes} are decoded`,
    );
  }
  const compressed = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  let found: number;
  try {
    found = inflateSync(Buffer.concat(compressed), { maxOutputLength: expected }).length;
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw damaged(
      "png",
      tooLong ? `more than the ${expected} bytes that its rows take` : (error as Error).message,
    );
  }
  if (found !== expected)
    throw damaged("png", `truncated: ${found} of the ${expected} bytes that its rows take`);
}

/** Bytes of all rows, each with the byte of its filter. */
function rowBytes({ width, height, bitsPerPixel, interlaced }: Header): number {
  const rows = (columns: number, count: number) =>
    columns === 0 ? 0 : count * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  if (!interlaced) return rows(width, height);
  return passes.reduce((sum, [column, row, columnStep, rowStep]) => {
    const columns = Math.max(0, Math.ceil((width - column) / columnStep));
    return sum + rows(columns, Math.max(0, Math.ceil((height - row) / rowStep)));
  }, 0);
}
