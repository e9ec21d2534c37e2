import { WasmoteError } from "../../errors.js";
import { fileKind, kindNames } from "../../files/kinds.js";
import {
  elementBytes,
  elementCount,
  integerRange,
  type TensorType,
  tensorBytes,
} from "../../graph/tensor.js";
import { requireWholeFrames, splitFrames } from "./frames.js";
import { decodePicture, type PictureKind, pictureKinds, pictureSize } from "./picture.js";
import { pixelMapping } from "./pixel-mapping.js";
import {
  arrayEndings,
  type FileOptions,
  type FileTensor,
  fileEnding,
  fileType,
  type InputFrames,
  quantizationNotes,
  readArrayAs,
} from "./read-array.js";
import { decodeSound } from "./sound.js";
import { encodeReals } from "./values.js";

/** Endings of files that an input may be read from, without the dot. */
export const inputEndings = [...arrayEndings, "png", "jpg", "jpeg", "bmp", "wav"] as const;

/** In place of a path: the standard input, whose content says what it is, the tensor's bytes where it is no known kind. */
export const standardInput = "-";

/**
 * Bytes of a file to the bytes of an input, one frame or several. Its content says how it is read where that
 * is a known kind, the ending of `path` where it is not:
 *
 * - `.npy`, `.bin`, `.json`: as `readArray` reads them.
 * - `.png`, `.jpg`, `.bmp`: a picture, brought to the input's size; `pixelMapping` makes real values of its pixels.
 * - `.wav`: brought to one channel at the input's rate; an int16 input takes 16-bit samples, any other -1 to 1.
 *
 * @returns also which of these it was
 * @throws `input-size`, `input-dtype`, `input-invalid`, `input-kind`
 */
export async function readInput(
  bytes: Uint8Array,
  path: string,
  tensor: FileTensor,
  options: FileOptions = {},
): Promise<InputFrames & { kind: InputKind }> {
  const kind = inputKind(bytes, bytes.length, path, fileType(tensor, options));
  return { kind, ...(await readInputAs(kind, bytes, tensor, options)) };
}

/** As `readInput`, of a file whose kind is known. */
export async function readInputAs(
  kind: InputKind,
  bytes: Uint8Array,
  tensor: FileTensor,
  options: FileOptions = {},
): Promise<InputFrames> {
  if (isPicture(kind)) return fromPicture(bytes, kind, tensor);
  return kind === "wav" ? fromSound(bytes, tensor) : readArrayAs(kind, bytes, tensor, options);
}

/** What an input is read as. */
export type InputKind = (typeof arrayEndings)[number] | PictureKind | "wav";

const inputKinds: readonly InputKind[] = [...arrayEndings, ...pictureKinds, "wav"];

/**
 * What an input is read as. A `.bin` of whole frames is a tensor's bytes, whatever these look like.
 *
 * @param head the file's first bytes, as many as tell its kind
 * @param size bytes of the file
 * @param type what a `.bin` holds
 * @throws `input-kind`, `input-invalid`
 */
export function inputKind(head: Uint8Array, size: number, path: string, type: TensorType): InputKind {
  const ending = fileEnding(path).replace(/^jpeg$/, "jpg");
  const named = inputKinds.find((kind) => kind === ending);
  if (named === "bin" && size % tensorBytes(type) === 0) return "bin";
  const content = fileKind(head);
  const found = inputKinds.find((kind) => kind === content);
  if (found !== undefined) return found;
  if (named === "bin" || path === standardInput) return "bin";
  if (content !== undefined) throw new WasmoteError("input-kind", `it is ${kindNames[content]}`);
  if (named === undefined) throw new WasmoteError("input-kind", `ending "${ending}"`);
  if (named === "json" || named === "npy") return named;
  throw new WasmoteError("input-invalid", `it does not begin as a .${named} file does`);
}

/** Whether it is a picture. */
export function isPicture(kind: InputKind): kind is PictureKind {
  return pictureKinds.some((known) => known === kind);
}

/** Pixels that are turned into real values in one go. */
const pixelsAtOnce = 65_536;

async function fromPicture(bytes: Uint8Array, kind: PictureKind, tensor: FileTensor): Promise<InputFrames> {
  const size = pictureSize(tensor);
  const mapping = pixelMapping(tensor);
  const picture = await decodePicture(bytes, kind, size);
  const frame = new Uint8Array(tensorBytes(tensor));
  const elementSize = elementBytes[tensor.dtype];
  // Some at a time: real values take many times the memory of the pixels.
  for (let at = 0; at < picture.pixels.length; at += pixelsAtOnce) {
    const pixels = picture.pixels.subarray(at, at + pixelsAtOnce);
    const reals = Float64Array.from(pixels, (pixel, i) => mapping.value(pixel, (at + i) % size.channels));
    frame.set(encodeReals(reals, tensor), at * elementSize);
  }
  return {
    frames: [frame],
    notes: [...picture.notes, mapping.name, ...quantizationNotes(tensor)],
  };
}

/** Frames of a sound. Whole scale is -1 to 1, and the 16-bit samples themselves for an int16 input. */
function fromSound(bytes: Uint8Array, tensor: FileTensor): InputFrames {
  const { samples, notes } = decodeSound(bytes, tensor.sampleRate);
  const frames = requireWholeFrames(samples.length, elementCount(tensor.shape), "samples", fileType(tensor));
  if (fileType(tensor).dtype === "int16") {
    const [low, high] = integerRange.int16;
    const whole = samples.map((sample) => Math.min(high, Math.max(low, Math.round(sample * (high + 1)))));
    const raw = encodeReals(whole, { dtype: "int16" });
    return { frames: splitFrames(raw, frames), notes: [...notes, "as 16-bit samples"] };
  }
  return {
    frames: splitFrames(encodeReals(samples, tensor), frames),
    notes: [...notes, "whole scale is -1 to 1", ...quantizationNotes(tensor)],
  };
}
