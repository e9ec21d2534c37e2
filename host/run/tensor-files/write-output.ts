import { WasmoteError } from "../../errors.js";
import { elementCount } from "../../graph/tensor.js";
import { framesShape } from "./frames.js";
import { requireJsonCount, writeJsonTensor } from "./json-tensor.js";
import { writeNpy } from "./npy.js";
import { type FileOptions, type FileTensor, fileEnding, fileType } from "./read-array.js";
import { decodeReals, encodeReals, interfaceValues } from "./values.js";

/** Endings of files that an output may be written to, without the dot. */
export const outputEndings = ["npy", "bin", "json"] as const;

/** Throws `input-kind` unless `path` ends as an output file may. */
export function requireOutputEnding(path: string): void {
  const ending = fileEnding(path);
  if (!outputEndings.some((known) => known === ending)) {
    throw new WasmoteError("input-kind", `ending "${ending}" of an output; outputs are .npy, .bin or .json`);
  }
}

/**
 * Consecutive frames of an output as the bytes of a file; the ending of `path` says how. `.bin` and `.npy` hold
 * elements of the model's own interface, with `raw` those of memory; `.json` real values in nested arrays. N > 1 frames
 * have a leading axis of N.
 * Throws `input-kind` for another ending, `output-size` for more than is written as JSON.
 */
export function encodeOutput(
  frames: readonly Uint8Array[],
  path: string,
  tensor: FileTensor,
  options: FileOptions = {},
): Uint8Array {
  requireOutputEnding(path);
  const stored = joinFrames(frames);
  const shape = framesShape(tensor.shape, frames.length);
  const ending = fileEnding(path);
  if (ending === "json") {
    requireJsonCount(elementCount(shape));
    return writeJsonTensor(decodeReals(stored, tensor), shape);
  }
  const { dtype } = fileType(tensor, options);
  const bytes =
    dtype === tensor.dtype ? stored : encodeReals(decodeReals(stored, tensor), interfaceValues(tensor));
  return ending === "npy" ? writeNpy({ dtype, shape, bytes }) : bytes;
}

/** Frames one after the other. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.length;
  }
  return joined;
}
