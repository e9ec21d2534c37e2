import { errorTable, WasmoteError } from "../../errors.js";
import type { TensorType } from "../../graph/tensor.js";
import { readArray } from "./read-array.js";
import { decodeReals, type ValueType } from "./values.js";

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
  const tensor = { dtype: "float32", shape } as const;
  try {
    return readArray(bytes, path, tensor).frames.map((frame) => sampleOf(frame, tensor));
  } catch (error) {
    throw invalidSamples(error, path);
  }
}

/** The real values of an input's bytes. Throws `input-invalid` where one is not finite. */
export function sampleOf(frame: Uint8Array, type: ValueType): Float32Array {
  const sample = type.dtype === "float32" ? floatsOf(frame) : Float32Array.from(decodeReals(frame, type));
  if (sample.every(Number.isFinite)) return sample;
  throw new WasmoteError("input-invalid", "it holds a value that is not a finite number");
}

/** Little-endian float32 at any address, as numbers. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

const damagedHelp = "Copy or export the file again, or take it out of the samples.";

/**
 * What to throw where a file of samples was refused: `calibration-invalid`, which names it. What cannot be read, and a
 * defect, stay as they are.
 */
export function invalidSamples(error: unknown, file: string): unknown {
  if (!(error instanceof WasmoteError)) return error;
  const { code, detail, help } = error;
  if (!code.startsWith("input-") && code !== "calibration-invalid") return error.at({ file });
  const own = help === errorTable[code].help ? undefined : help;
  const next = own ?? (code === "input-invalid" ? damagedHelp : errorTable["calibration-invalid"].help);
  return new WasmoteError("calibration-invalid", detail, { file }, { help: next });
}
