import { WasmoteError } from "../../errors.js";
import type { TensorType } from "../../graph/tensor.js";
import { readArray } from "./read-array.js";

/**
 * Calibration samples of one input in a `.npy` of float32 or float64, a `.bin` of float32, or a `.json`: one, or with a
 * leading axis several. The ending of `path` says how it is read.
 *
 * @throws `calibration-invalid`
 */
export function readSamples(
  bytes: Uint8Array,
  path: string,
  { shape }: Pick<TensorType, "shape">,
): Float32Array[] {
  try {
    return samplesOf(readArray(bytes, path, { dtype: "float32", shape }).frames);
  } catch (error) {
    throw invalidSamples(error, path);
  }
}

/** Frames of a float32 input as samples. Throws `input-invalid` where one holds a value that is not finite. */
export function samplesOf(frames: readonly Uint8Array[]): Float32Array[] {
  const samples = frames.map((frame) => {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    return Float32Array.from({ length: frame.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
  });
  if (samples.some((sample) => sample.some((value) => !Number.isFinite(value)))) {
    throw new WasmoteError("input-invalid", "it holds a value that is not a finite number");
  }
  return samples;
}

/** What to throw where a file of samples was refused: `calibration-invalid`, which names it; a defect as it is. */
export function invalidSamples(error: unknown, file: string): unknown {
  return error instanceof WasmoteError
    ? new WasmoteError("calibration-invalid", error.detail, { file })
    : error;
}
