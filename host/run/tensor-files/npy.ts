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

/**
 * Reads a NumPy array file, versions 1.0 to 3.0, of any shape. Fortran order is transposed to C order.
 * Dtypes: int8, uint8, bool, little-endian int16, int32, int64, float32, float64.
 * Throws `input-invalid` for a damaged file and `input-dtype` for any other dtype.
 * Source: NumPy Enhancement Proposal 1, and `numpy.lib.format`.
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const invalid = (detail: string) => new WasmoteError("input-invalid", detail);
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw invalid("it does not begin as a .npy file does");
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3 || bytes[7] !== 0) {
    throw invalid(`.npy version ${version}.${bytes[7]}; versions 1.0, 2.0 and 3.0 are read`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) throw invalid(`${bytes.length} bytes end within the .npy header`);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = headerStart + headerBytes;
  if (dataStart > bytes.length) {
    throw invalid(
      `the .npy header says it has ${headerBytes} bytes, and the file has ${bytes.length} in all`,
    );
  }
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(headerStart, dataStart),
  );
  const header = parseNpyHeader(text);

  const dtype = dtypeOf[header.descr];
  if (dtype === undefined) {
    throw new WasmoteError(
      "input-dtype",
      `.npy dtype '${header.descr}'; read are ${Object.keys(dtypeOf)
        .map((descr) => `'${descr}'`)
        .join(", ")}`,
    );
  }
  const expected = elementCount(header.shape) * npyElementBytes(dtype);
  const found = bytes.length - dataStart;
  if (found !== expected) {
    throw invalid(
      `${found} bytes of data where shape ${header.shape.join("x") || "()"} ${dtype} takes ${expected}`,
    );
  }
  const data = bytes.slice(dataStart);
  return {
    dtype,
    shape: header.shape,
    bytes: header.fortranOrder ? toCOrder(data, header.shape, npyElementBytes(dtype)) : data,
  };
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
