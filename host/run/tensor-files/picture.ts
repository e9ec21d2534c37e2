import { WasmoteError } from "../../errors.js";
import { maxPicturePixels } from "../../files/limits.js";
import { describeType, type TensorType } from "../../graph/tensor.js";
import { decodeBmp } from "./bmp.js";
import { decodeJpeg } from "./jpeg.js";
import type { Pixels } from "./pixels.js";
import { decodePng } from "./png.js";
import { resize } from "./resize.js";

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

/** Kinds of pictures that are decoded. */
export const pictureKinds = ["png", "jpg", "bmp"] as const;
export type PictureKind = (typeof pictureKinds)[number];

/**
 * Height, width and channels of an input that takes pictures: [height, width, channels] with 1 or 3 channels,
 * or [height, width], each with or without a leading 1. Throws `input-kind` for any other shape.
 */
export function pictureSize(tensor: TensorType): PictureSize {
  const size = pictureSizeOf(tensor.shape);
  if (size !== undefined) return size;
  const found = `a picture for an input of ${describeType(tensor)}, which is not height x width x 1 or 3 channels`;
  const help = hasColoursFirst(tensor.shape) ? { help: coloursFirstHelp } : {};
  throw new WasmoteError("input-kind", found, {}, help);
}

/** Whether a shape is that of a picture whose three channels come before its height. */
export function hasColoursFirst(shape: readonly number[]): boolean {
  return shape.length === 4 && shape[0] === 1 && shape[1] === 3;
}

/** What to do with such an input. */
export const coloursFirstHelp =
  "Build it with --layout nhwc, which puts the channels last, or give the values in the model's order as .npy.";

/** As `pictureSize`; undefined for a shape that takes no pictures. */
export function pictureSizeOf(shape: readonly number[]): PictureSize | undefined {
  const frame = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const last = frame[2];
  if (frame.length === 3 && (last === 1 || last === 3)) {
    return { height: frame[0]!, width: frame[1]!, channels: last };
  }
  if (frame.length === 2) return { height: frame[0]!, width: frame[1]!, channels: 1 };
  if (frame.length === 3 && frame[0] === 1) return { height: frame[1]!, width: frame[2]!, channels: 1 };
  return undefined;
}

/**
 * Decodes a picture to the size and channels asked for. Colour becomes grey by ITU-R BT.601 luma, grey becomes colour
 * by repetition, transparency is dropped; a picture of another size is resized, whatever its proportions. What was done
 * is in the notes.
 *
 * Throws `input-invalid` for a damaged file, and `input-size` for one too large to decode or to be resized to.
 */
export async function decodePicture(
  bytes: Uint8Array,
  kind: PictureKind,
  size: PictureSize,
): Promise<Picture> {
  if (size.width * size.height > maxPicturePixels) {
    throw new WasmoteError(
      "input-size",
      `a picture for an input ${size.width} wide and ${size.height} high; up to ${maxPicturePixels} pixels are read; give the values as .npy`,
    );
  }
  const { pixels, notes } = await decode(bytes, kind);
  const flat = toChannels(pixels, size.channels);
  const decoded = {
    height: pixels.height,
    width: pixels.width,
    channels: size.channels,
    values: flat.values,
  };
  const fits = pixels.width === size.width && pixels.height === size.height;
  const { values } = fits ? decoded : resize(decoded, size.height, size.width);
  return {
    ...size,
    pixels: values,
    notes: [...notes, ...flat.notes, ...(fits ? [] : [resizeNote(pixels, size)])],
  };
}

async function decode(bytes: Uint8Array, kind: PictureKind): Promise<{ pixels: Pixels; notes: string[] }> {
  if (kind === "jpg") return decodeJpeg(bytes);
  return { pixels: kind === "png" ? await decodePng(bytes) : decodeBmp(bytes), notes: [] };
}

function toChannels({ rgba }: Pixels, channels: 1 | 3): { values: Uint8Array; notes: string[] } {
  const count = rgba.length / 4;
  let coloured = false;
  let transparent = false;
  for (let at = 0; at < rgba.length; at += 4) {
    coloured ||= rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2];
    transparent ||= rgba[at + 3] !== 255;
  }
  const values = new Uint8Array(count * channels);
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [rgba[i * 4]!, rgba[i * 4 + 1]!, rgba[i * 4 + 2]!];
    if (channels === 1) values[i] = coloured ? Math.round(0.299 * red + 0.587 * green + 0.114 * blue) : red;
    else {
      values[i * 3] = red;
      values[i * 3 + 1] = green;
      values[i * 3 + 2] = blue;
    }
  }
  const notes = transparent ? ["transparency dropped"] : [];
  if (coloured && channels === 1) notes.push("colour made grey (BT.601 luma)");
  if (!coloured && channels === 3) notes.push("grey repeated for red, green and blue");
  return { values, notes };
}

/** What was done to the size: "resized from 640x480 to 28x28 (area average), which changes its proportions". */
function resizeNote(from: { width: number; height: number }, to: PictureSize): string {
  const shorter = from.width > to.width || from.height > to.height;
  const longer = from.width < to.width || from.height < to.height;
  const ways = [...(shorter ? ["area average"] : []), ...(longer ? ["bilinear"] : [])].join(", ");
  const proportions =
    from.width * to.height === from.height * to.width ? "" : ", which changes its proportions";
  return `resized from ${from.width}x${from.height} to ${to.width}x${to.height} (${ways})${proportions}`;
}
