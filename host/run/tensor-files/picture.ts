import { WasmoteError } from "../../errors.js";
import { describeType, type TensorType } from "../../graph/tensor.js";

/** Size of a picture input. */
export interface PictureSize {
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: 1 | 3;
}

/** Pixels of a picture: height x width x channels, 8 bits, row-major. */
export interface Picture extends PictureSize {
  pixels: Uint8Array;
  /** What was changed on the way, for the user. */
  notes: string[];
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const jpegLimits = { maxResolutionInMP: 64, maxMemoryUsageInMB: 512 };

/**
 * Height, width and channels of an input that takes pictures: [height, width, channels] with 1 or 3 channels,
 * or [height, width], each with or without a leading 1. Throws `input-kind` for any other shape.
 */
export function pictureSize(tensor: TensorType): PictureSize {
  const { shape } = tensor;
  const frame = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const last = frame[2];
  if (frame.length === 3 && (last === 1 || last === 3)) {
    return { height: frame[0]!, width: frame[1]!, channels: last };
  }
  if (frame.length === 2) return { height: frame[0]!, width: frame[1]!, channels: 1 };
  if (frame.length === 3 && frame[0] === 1) return { height: frame[1]!, width: frame[2]!, channels: 1 };
  throw new WasmoteError(
    "input-kind",
    `a picture for an input of ${describeType(tensor)}, which is not height x width x 1 or 3 channels`,
  );
}

/**
 * Decodes a `.png` or `.jpg` to the size and channels asked for. Colour becomes grey by ITU-R BT.601 luma, grey
 * becomes colour by repetition, transparency is dropped. Pictures are never resized.
 * Throws `input-size` for another height or width, and `input-invalid` for a damaged file.
 */
export async function decodePicture(
  bytes: Uint8Array,
  kind: "png" | "jpg",
  size: PictureSize,
): Promise<Picture> {
  const rgba = kind === "png" ? await decodePng(bytes, size) : await decodeJpeg(bytes, size);
  const notes: string[] = [];
  const count = size.height * size.width;
  let coloured = false;
  let transparent = false;
  for (let i = 0; i < count; i++) {
    const at = i * 4;
    coloured ||= rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2];
    transparent ||= rgba[at + 3] !== 255;
  }
  if (transparent) notes.push("transparency dropped");
  if (coloured && size.channels === 1) notes.push("colour made grey (BT.601 luma)");
  const pixels = new Uint8Array(count * size.channels);
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [rgba[i * 4]!, rgba[i * 4 + 1]!, rgba[i * 4 + 2]!];
    if (size.channels === 3) pixels.set([red, green, blue], i * 3);
    else pixels[i] = coloured ? Math.round(0.299 * red + 0.587 * green + 0.114 * blue) : red;
  }
  return { ...size, pixels, notes };
}

async function decodePng(bytes: Uint8Array, size: PictureSize): Promise<Uint8Array> {
  if (bytes.length < 24 || pngSignature.some((byte, i) => bytes[i] !== byte)) {
    throw new WasmoteError("input-invalid", "it does not begin as a .png file does");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requireSize(view.getUint32(16), view.getUint32(20), size);
  const { PNG } = await import("pngjs");
  try {
    return PNG.sync.read(Buffer.from(bytes)).data;
  } catch (error) {
    throw new WasmoteError("input-invalid", `damaged .png: ${(error as Error).message}`);
  }
}

async function decodeJpeg(bytes: Uint8Array, size: PictureSize): Promise<Uint8Array> {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) {
    throw new WasmoteError("input-invalid", "it does not begin as a .jpg file does");
  }
  const { decode } = (await import("jpeg-js")).default;
  let picture: { width: number; height: number; data: Uint8Array };
  try {
    picture = decode(bytes, { useTArray: true, formatAsRGBA: true, tolerantDecoding: false, ...jpegLimits });
  } catch (error) {
    throw new WasmoteError("input-invalid", `damaged .jpg: ${(error as Error).message}`);
  }
  requireSize(picture.width, picture.height, size);
  return picture.data;
}

function requireSize(width: number, height: number, size: PictureSize): void {
  if (width !== size.width || height !== size.height) {
    throw new WasmoteError(
      "input-size",
      `a picture ${width} wide and ${height} high for an input ${size.width} wide and ${size.height} high; resize it first`,
    );
  }
}
