import { WasmoteError } from "../../errors.js";
import { elementCount, type TensorType, tensorBytes } from "../../graph/tensor.js";
import { requireFrames, requireWholeFrames, splitFrames } from "./frames.js";
import { parseJsonTensor } from "./json-tensor.js";
import { type NpyArray, parseNpy } from "./npy.js";
import { decodePicture, pictureSize } from "./picture.js";
import { pixelMapping } from "./pixel-mapping.js";
import { encodeReals, type ValueType } from "./values.js";

/** An input that takes a file: the part of a manifest's tensor that matters. */
export type InputTensor = TensorType & ValueType;

/** One or more consecutive frames of an input, as the bytes the model takes. */
export interface InputFrames {
  frames: Uint8Array[];
  /** What was done to the file's values, for the user. */
  notes: string[];
}

/** Endings of files that an input may be read from, without the dot. */
export const inputEndings = ["npy", "bin", "json", "png", "jpg", "jpeg", "wav"] as const;

/** "npy" for "a/b.NPY": a file's ending, lower case, without the dot; empty where there is none. */
export function fileEnding(path: string): string {
  return /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}

/**
 * Bytes of a file to the bytes of an input, one frame or several. The ending of `path` says how it is read:
 *
 * - `.bin`: the tensor's bytes as they are.
 * - `.npy`: the model's own dtype passes through; float32 and float64 are real values, to be quantized.
 * - `.json`: real values always, flat or nested.
 * - `.png`, `.jpg`: a picture of exactly the input's size; `pixelMapping` makes real values of its pixels.
 * - `.wav`: 16-bit PCM, one channel; an int16 input takes the samples as they are, any other
 *   sample / 32768, so -1 to 1.
 *
 * Throws `input-size`, `input-dtype`, `input-invalid`, `input-kind`.
 */
export async function readInput(bytes: Uint8Array, path: string, tensor: InputTensor): Promise<InputFrames> {
  switch (fileEnding(path)) {
    case "bin":
      return fromBytes(bytes, tensor);
    case "npy":
      return fromNpy(parseNpy(bytes), tensor);
    case "json":
      return fromJson(bytes, tensor);
    case "png":
      return fromPicture(bytes, "png", tensor);
    case "jpg":
    case "jpeg":
      return fromPicture(bytes, "jpg", tensor);
    case "wav":
      return fromSound(bytes, tensor);
    default:
      throw new WasmoteError("input-kind", `ending "${fileEnding(path)}"`);
  }
}

/** Real numbers of a float `.npy` array, in order. */
export function npyReals(array: NpyArray): Float64Array | Float32Array {
  const { bytes } = array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (array.dtype === "float64") {
    return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
  }
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

function fromBytes(bytes: Uint8Array, tensor: InputTensor): InputFrames {
  const frames = requireWholeFrames(bytes.length, tensorBytes(tensor), "bytes", tensor);
  return { frames: splitFrames(bytes, frames), notes: [] };
}

function fromNpy(array: NpyArray, tensor: InputTensor): InputFrames {
  const real = array.dtype === "float32" || array.dtype === "float64";
  if (!real && array.dtype !== tensor.dtype) {
    throw new WasmoteError(
      "input-dtype",
      `${array.dtype} for an input of ${tensor.dtype}; give ${tensor.dtype} as it is${tensor.dtype === "float32" ? "" : ", or float32 to be quantized"}`,
    );
  }
  const frames = requireFrames(array.shape, tensor);
  if (!real) return { frames: splitFrames(array.bytes, frames), notes: [] };
  return {
    frames: splitFrames(encodeReals(npyReals(array), tensor), frames),
    notes: quantizationNotes(tensor),
  };
}

function fromJson(bytes: Uint8Array, tensor: InputTensor): InputFrames {
  const { shape, values } = parseJsonTensor(bytes);
  const frames =
    shape.length < 2
      ? requireWholeFrames(values.length, elementCount(tensor.shape), "numbers", tensor)
      : requireFrames(shape, tensor);
  return { frames: splitFrames(encodeReals(values, tensor), frames), notes: quantizationNotes(tensor) };
}

async function fromPicture(
  bytes: Uint8Array,
  kind: "png" | "jpg",
  tensor: InputTensor,
): Promise<InputFrames> {
  const size = pictureSize(tensor);
  const mapping = pixelMapping(tensor);
  const picture = await decodePicture(bytes, kind, size);
  const reals = Float64Array.from(picture.pixels, (pixel) => mapping.value(pixel));
  return {
    frames: [encodeReals(reals, tensor)],
    notes: [...picture.notes, mapping.name, ...quantizationNotes(tensor)],
  };
}

async function fromSound(bytes: Uint8Array, tensor: InputTensor): Promise<InputFrames> {
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

function quantizationNotes(tensor: InputTensor): string[] {
  if (tensor.dtype === "float32" || tensor.scale === undefined) return [];
  return [`quantized to ${tensor.dtype}: scale ${tensor.scale}, zero point ${tensor.zeroPoint ?? 0}`];
}
