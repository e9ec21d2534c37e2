import { elementCount } from "../../graph/tensor.js";
import { requireWholeFrames, splitFrames } from "./frames.js";
import { decodePicture, pictureSize } from "./picture.js";
import { pixelMapping } from "./pixel-mapping.js";
import {
  arrayEndings,
  type FileOptions,
  type FileTensor,
  fileEnding,
  type InputFrames,
  quantizationNotes,
  readArray,
} from "./read-array.js";
import { encodeReals } from "./values.js";

/** Endings of files that an input may be read from, without the dot. */
export const inputEndings = [...arrayEndings, "png", "jpg", "jpeg", "wav"] as const;

/**
 * Bytes of a file to the bytes of an input, one frame or several. The ending of `path` says how it is read:
 *
 * - `.npy`, `.bin`, `.json`: as `readArray` reads them.
 * - `.png`, `.jpg`: a picture of exactly the input's size; `pixelMapping` makes real values of its pixels.
 * - `.wav`: 16-bit PCM, one channel; an int16 input takes the samples as they are, any other
 *   sample / 32768, so -1 to 1.
 *
 * Throws `input-size`, `input-dtype`, `input-invalid`, `input-kind`.
 */
export async function readInput(
  bytes: Uint8Array,
  path: string,
  tensor: FileTensor,
  options: FileOptions = {},
): Promise<InputFrames> {
  switch (fileEnding(path)) {
    case "png":
      return fromPicture(bytes, "png", tensor);
    case "jpg":
    case "jpeg":
      return fromPicture(bytes, "jpg", tensor);
    case "wav":
      return fromSound(bytes, tensor);
    default:
      return readArray(bytes, path, tensor, options);
  }
}

async function fromPicture(bytes: Uint8Array, kind: "png" | "jpg", tensor: FileTensor): Promise<InputFrames> {
  const size = pictureSize(tensor);
  const mapping = pixelMapping(tensor);
  const picture = await decodePicture(bytes, kind, size);
  const reals = Float64Array.from(picture.pixels, (pixel) => mapping.value(pixel));
  return {
    frames: [encodeReals(reals, tensor)],
    notes: [...picture.notes, mapping.name, ...quantizationNotes(tensor)],
  };
}

async function fromSound(bytes: Uint8Array, tensor: FileTensor): Promise<InputFrames> {
  const { decodeSound } = await import("./sound.js");
  const { samples, sampleRateHz } = decodeSound(bytes);
  const frames = requireWholeFrames(samples.length, elementCount(tensor.shape), "samples", tensor);
  const heard = `${samples.length} samples at ${sampleRateHz} Hz`;
  if (tensor.dtype === "int16") {
    const raw = new Uint8Array(samples.length * 2);
    const view = new DataView(raw.buffer);
    samples.forEach((sample, i) => {
      view.setInt16(i * 2, sample, true);
    });
    return { frames: splitFrames(raw, frames), notes: [heard, "samples as they are"] };
  }
  const reals = Float64Array.from(samples, (sample) => sample / 32768);
  return {
    frames: splitFrames(encodeReals(reals, tensor), frames),
    notes: [heard, "sample / 32768, so -1 to 1", ...quantizationNotes(tensor)],
  };
}
