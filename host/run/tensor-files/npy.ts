import { WasmoteError } from "../../errors.js";
import { type DType, elementBytes, elementCount } from "../../graph/tensor.js";
import { parseNpyHeader } from "./npy-header.js";

/** Element types of `.npy` files that are read: the graph's own, and float64. */
export type NpyDType = DType | "float64";

/** An array in a `.npy` file: little-endian bytes in C order. */
export interface NpyArray {
  dtype: NpyDType;
  shape: readonly number[];
  bytes: Uint8Array;
}

const dtypeOf: Readonly<Record<string, NpyDType>> = {
  "|i1": "int8",
  "|u1": "uint8",
  "|b1": "bool",
  "<i2": "int16",
  "<i4": "int32",
  "<i8": "int64",
  "<f4": "float32",
  "<f8": "float64",
};

const descrOf = Object.fromEntries(Object.entries(dtypeOf).map(([descr, dtype]) => [dtype, descr])) as Record<
  NpyDType,
  string
>;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const headerAlignment = 64;

/** Bytes of one element of a `.npy` dtype. */
export function npyElementBytes(dtype: NpyDType): number {
  return dtype === "float64" ? 8 : elementBytes[dtype];
}

/** Where a `.npy` file has its elements, and what they are. */
export interface NpyLayout {
  dtype: NpyDType;
  shape: readonly number[];
  /** The first axis changes fastest, not the last one. */
  fortranOrder: boolean;
  /** Byte of the file at which the elements begin; they end with the file. */
  dataStart: number;
}

/**
 * So many bytes at the beginning of a `.npy` file are enough for `readNpyLayout`: a header is a dictionary of three
 * short entries.
 */
export const npyHeadBytes = 4096;

/**
 * Reads the header of a NumPy array file, versions 1.0 to 3.0, of any shape.
 * Dtypes: int8, uint8, bool, little-endian int16, int32, int64, float32, float64.
 * Throws `input-invalid` for a damaged file and `input-dtype` for any other dtype.
 * Source: NumPy Enhancement Proposal 1, and `numpy.lib.format`.
 *
 * @param head the file's first `npyHeadBytes`, or all that it has
 * @param size bytes of the file
 */
export function readNpyLayout(head: Uint8Array, size: number): NpyLayout {
  const invalid = (detail: string) => new WasmoteError("input-invalid", detail);
  if (head.length < 10 || magic.some((byte, i) => head[i] !== byte)) {
    throw invalid("it does not begin as a .npy file does");
  }
  const version = head[6]!;
  if (version < 1 || version > 3 || head[7] !== 0) {
    throw invalid(`.npy version ${version}.${head[7]}; versions 1.0, 2.0 and 3.0 are read`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const headerStart = version === 1 ? 10 : 12;
  if (size < headerStart) throw invalid(`${size} bytes end within the .npy header`);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = headerStart + headerBytes;
  if (dataStart > size) {
    throw invalid(`the .npy header says it has ${headerBytes} bytes, and the file has ${size} in all`);
  }
  if (dataStart > npyHeadBytes) {
    throw invalid(`a .npy header of ${headerBytes} bytes; up to ${npyHeadBytes - headerStart} are read`);
  }
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    head.subarray(headerStart, dataStart),
  );
  const { descr, fortranOrder, shape } = parseNpyHeader(text);

  const dtype = dtypeOf[descr];
  if (dtype === undefined) {
    throw new WasmoteError(
      "input-dtype",
      `.npy dtype '${descr}'; read are ${Object.keys(dtypeOf)
        .map((known) => `'${known}'`)
        .join(", ")}`,
    );
  }
  const expected = elementCount(shape) * npyElementBytes(dtype);
  const found = size - dataStart;
  if (found !== expected) {
    throw invalid(`${found} bytes of data where shape ${shape.join("x") || "()"} ${dtype} takes ${expected}`);
  }
  return { dtype, shape, fortranOrder, dataStart };
}

/**
 * Reads a NumPy array file as `readNpyLayout` does, with its elements. Fortran order is transposed to C order.
 * Throws as `readNpyLayout` does.
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const { dtype, shape, fortranOrder, dataStart } = readNpyLayout(bytes, bytes.length);
  const data = bytes.slice(dataStart);
  return { dtype, shape, bytes: fortranOrder ? toCOrder(data, shape, npyElementBytes(dtype)) : data };
}

/** Writes a NumPy array file, version 1.0, C order, little-endian. Source: NumPy Enhancement Proposal 1. */
export function writeNpy(array: NpyArray): Uint8Array {
  const expected = elementCount(array.shape) * npyElementBytes(array.dtype);
  if (array.bytes.length !== expected) {
    throw new Error(`${array.bytes.length} bytes for an array that takes ${expected}`);
  }
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
  const header = `{'descr': '${descrOf[array.dtype]}', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = 10;
  const padded =
    Math.ceil((start + header.length + 1) / headerAlignment) * headerAlignment - start - header.length - 1;
  const text = new TextEncoder().encode(`${header}${" ".repeat(padded)}\n`);
  const file = new Uint8Array(start + text.length + array.bytes.length);
  file.set([...magic, 1, 0, text.length & 0xff, text.length >> 8]);
  file.set(text, start);
  file.set(array.bytes, start + text.length);
  return file;
}

function toCOrder(data: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const ordered = new Uint8Array(data.length);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)) * size);
  const index = shape.map(() => 0);
  for (let to = 0; to < data.length; to += size) {
    const from = index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
    for (let byte = 0; byte < size; byte++) ordered[to + byte] = data[from + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return ordered;
}
