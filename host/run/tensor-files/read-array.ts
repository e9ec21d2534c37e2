import { WasmoteError } from "../../errors.js";
import {
  describeType,
  elementBytes,
  elementCount,
  type InterfaceType,
  interfaceType,
  type TensorType,
  tensorBytes,
} from "../../graph/tensor.js";
import type { InputReading } from "../../package/manifest.js";
import { requireFrames, requireWholeFrames, splitFrames } from "./frames.js";
import { parseJsonTensor } from "./json-tensor.js";
import { type NpyArray, type NpyDType, parseNpy } from "./npy.js";
import { decodeReals, decodeStored, encodeReals, interfaceValues, type ValueType } from "./values.js";

/** An input that takes a file, or an output that makes one: the part of a manifest's tensor that matters. */
export type FileTensor = InterfaceType & ValueType & InputReading;

/** How the numbers of a file are meant. */
export interface FileOptions {
  /** `.bin` and `.npy` hold elements as linear memory does (`dtype`), not those of the model's own interface. */
  raw?: boolean;
}

/** Type of a tensor as a `.bin` or `.npy` file holds it: that of the model's own interface, or with `raw` that of memory. */
export function fileType(tensor: FileTensor, { raw = false }: FileOptions = {}): TensorType {
  return raw ? { shape: tensor.shape, dtype: tensor.dtype } : interfaceType(tensor);
}

/** One or more consecutive frames of an input, as the bytes the model takes. */
export interface InputFrames {
  frames: Uint8Array[];
  /** What was done to the file's values, for the user. */
  notes: string[];
}

/** Endings of files that hold an array, without the dot. */
export const arrayEndings = ["npy", "bin", "json"] as const;

/** "npy" for "a/b.NPY": a file's ending, lower case, without the dot; empty where there is none. */
export function fileEnding(path: string): string {
  return /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}

/**
 * Bytes of a file that holds an array to the bytes of an input, one frame or several. The ending of `path` says how it
 * is read:
 *
 * - `.bin`: little-endian elements of the model's own interface (`fileType`); the elements of memory with `raw`.
 * - `.npy`: the dtype of memory passes through; float32 and float64 are real values, to be quantized.
 * - `.json`: real values always, flat or nested.
 *
 * @throws `input-size`, `input-dtype`, `input-invalid`, `input-kind`
 */
export function readArray(
  bytes: Uint8Array,
  path: string,
  tensor: FileTensor,
  options: FileOptions = {},
): InputFrames {
  const ending = fileEnding(path);
  const kind = arrayEndings.find((known) => known === ending);
  if (kind === undefined) throw new WasmoteError("input-kind", `ending "${ending}"`);
  return readArrayAs(kind, bytes, tensor, options);
}

/** As `readArray`, of a file whose kind is known. */
export function readArrayAs(
  kind: (typeof arrayEndings)[number],
  bytes: Uint8Array,
  tensor: FileTensor,
  options: FileOptions = {},
): InputFrames {
  if (kind === "bin") return fromBytes(bytes, tensor, options);
  return kind === "npy" ? framesOfNpy(parseNpy(bytes), tensor) : fromJson(bytes, tensor);
}

/** Numbers of a `.npy` array, in order: of integers these, without a scale. */
export function npyReals({ dtype, bytes }: NpyArray): ArrayLike<number> & Iterable<number> {
  if (dtype !== "float64") return decodeStored(bytes, dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
}

function fromBytes(bytes: Uint8Array, tensor: FileTensor, options: FileOptions): InputFrames {
  const type = fileType(tensor, options);
  requireOneReading(bytes.length, type, tensor);
  const frames = requireWholeFrames(bytes.length, tensorBytes(type), "bytes", type);
  const notes = [
    ...(frames > 1 ? [`${frames} frames of ${describeType(type)}`] : []),
    ...doubts(bytes, type),
  ];
  if (type.dtype === tensor.dtype) {
    return { frames: splitFrames(bytes, frames), notes };
  }
  return {
    frames: splitFrames(encodeReals(decodeReals(bytes, interfaceValues(tensor)), tensor), frames),
    notes: [...notes, ...quantizationNotes(tensor)],
  };
}

/** Refuses bytes that fit the tensor's other dtype, and not the one that they are read as. */
function requireOneReading(found: number, type: TensorType, tensor: FileTensor): void {
  const [other, how] =
    type.dtype === tensor.dtype
      ? [fileType(tensor), "which is read without --raw"]
      : [fileType(tensor, { raw: true }), "as memory holds it, which is read with --raw"];
  if (other.dtype === type.dtype || found === 0) return;
  if (found % tensorBytes(type) === 0 || found % tensorBytes(other) !== 0) return;
  throw new WasmoteError(
    "input-size",
    `${found} bytes for ${describeType(type)}, which takes ${tensorBytes(type)}; they would be ${describeType(other)}, ${how}`,
  );
}

/** Sizes between which a real input lies, unless it is 0. */
const usualReals = [1e-6, 1e6] as const;

/** Notes on bytes that look like another dtype than the one that they are read as, of which the size tells nothing. */
function doubts(bytes: Uint8Array, { dtype, shape }: TensorType): string[] {
  if (bytes.length % (4 * elementCount(shape)) !== 0) return [];
  const share = usualShare(bytes);
  if (dtype === "float32") {
    return share < 0.5 ? ["its bytes do not look like float32; give other dtypes as .npy"] : [];
  }
  return elementBytes[dtype] < 4 && share === 1 && bytes.some((byte) => byte !== 0)
    ? ["its bytes look like float32; give real values as .npy"]
    : [];
}

/** Share of the bytes' float32 numbers that are 0 or of a usual size. */
function usualShare(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let usual = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    const size = Math.abs(view.getFloat32(at, true));
    if (size === 0 || (size >= usualReals[0] && size <= usualReals[1])) usual++;
  }
  return usual / (bytes.length / 4);
}

/**
 * Frames in an array of that type. Throws `input-dtype` for one that the tensor does not take, `input-size` for a shape
 * that does not fit.
 */
export function requireNpyFrames({ dtype, shape }: Omit<NpyArray, "bytes">, tensor: FileTensor): number {
  const own = fileType(tensor);
  if (!isReal(dtype) && dtype !== tensor.dtype && dtype !== own.dtype) {
    throw new WasmoteError(
      "input-dtype",
      `${dtype} for an input of ${tensor.dtype}; give ${tensor.dtype} as it is${tensor.dtype === "float32" ? "" : ", or float32 to be quantized"}`,
    );
  }
  return requireFrames(shape, own);
}

const isReal = (dtype: NpyDType): boolean => dtype === "float32" || dtype === "float64";

/** An array as frames of an input. Throws as `requireNpyFrames` does, and `input-invalid` for what is not finite. */
export function framesOfNpy(array: NpyArray, tensor: FileTensor): InputFrames {
  const frames = requireNpyFrames(array, tensor);
  const real = isReal(array.dtype);
  const own = fileType(tensor).dtype;
  if (!real && array.dtype !== tensor.dtype) {
    const reals = decodeReals(array.bytes, interfaceValues(tensor));
    return { frames: splitFrames(encodeReals(reals, tensor), frames), notes: [] };
  }
  if (!real) {
    const converted = own !== tensor.dtype;
    const notes = converted ? [`${tensor.dtype} as memory holds it`] : [];
    return { frames: splitFrames(array.bytes, frames), notes };
  }
  return {
    frames: splitFrames(encodeReals(npyReals(array), tensor), frames),
    notes: quantizationNotes(tensor),
  };
}

function fromJson(bytes: Uint8Array, tensor: FileTensor): InputFrames {
  const { shape, values } = parseJsonTensor(bytes);
  const frames =
    shape.length < 2
      ? requireWholeFrames(values.length, elementCount(tensor.shape), "numbers", fileType(tensor))
      : requireFrames(shape, fileType(tensor));
  return { frames: splitFrames(encodeReals(values, tensor), frames), notes: quantizationNotes(tensor) };
}

/** What is done to real values on the way into a tensor, for the user. */
export function quantizationNotes(tensor: FileTensor): string[] {
  if (tensor.dtype === "float32" || tensor.scale === undefined) return [];
  return [`quantized to ${tensor.dtype}: scale ${tensor.scale}, zero point ${tensor.zeroPoint ?? 0}`];
}
