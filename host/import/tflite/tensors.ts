import { type Place, WasmoteError } from "../../errors.js";
import { maxNameBytes, maxRank } from "../../graph/limits.js";
import {
  arrayTypes,
  type DType,
  describeType,
  elementBytes,
  elementCount,
  integerRange,
  perTensor,
  type Quantization,
  type Tensor,
  type TensorData,
} from "../../graph/tensor.js";
import { float16Value } from "../../numerics/float16.js";
import { asSigned } from "../unsigned.js";
import { fields, tensorTypes } from "./schema.js";
import { unfoldSparse } from "./sparsity.js";
import type { Table } from "./table.js";

const dtypes: Partial<Record<(typeof tensorTypes)[number], DType>> = {
  FLOAT32: "float32",
  INT32: "int32",
  UINT8: "uint8",
  INT64: "int64",
  BOOL: "bool",
  INT16: "int16",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int8",
};

/** A type in fewer bits than any dtype, of constants: what it becomes, and the bits of an element. */
interface Narrow {
  dtype: DType;
  stored: NonNullable<Tensor["stored"]>;
  bits: number;
}

const narrowTypes: Partial<Record<(typeof tensorTypes)[number], Narrow>> = {
  FLOAT16: { dtype: "float32", stored: "float16", bits: 16 },
  INT4: { dtype: "int8", stored: "int4", bits: 4 },
};

/** The elements of a narrow type: of int4 the first in the lower half of a byte. */
function widen(stored: NonNullable<Tensor["stored"]>, bytes: Uint8Array, count: number): TensorData {
  if (stored === "int4") {
    return Int8Array.from(
      { length: count },
      (_, i) => ((bytes[i >> 1] as number) << (i % 2 === 0 ? 28 : 24)) >> 28,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: count }, (_, i) => float16Value(view.getUint16(2 * i, true)));
}

/** A tensor as imported, or the reason why it cannot be used; that matters only if a node uses it. */
export interface ImportedTensor {
  tensor: Tensor;
  problem?: string;
  /** Whether it is state that is kept between runs. */
  isVariable?: boolean;
  /** Whether it is of uint8 in the file. */
  wasUnsigned?: boolean;
  /** Where the file does not know the whole shape: its lengths, -1 for those not known; "any" where it may have any. */
  openShape?: readonly number[] | "any";
  /** Whether it is no tensor but the handle of a variable, which is a problem to most operators. */
  isResource?: boolean;
}

/**
 * Reads a subgraph's tensors with their constant data and quantization. One without elements that nothing gives is a
 * constant, too: a list of no axes, say.
 * Throws `model-corrupt`, `model-invalid` or `weights-not-finite`.
 */
export function readTensors(subgraph: Table, buffers: readonly Table[]): ImportedTensor[] {
  const given = new Set([
    ...(subgraph.int32s(fields.subgraph.inputs) ?? []),
    ...subgraph
      .tables(fields.subgraph.operators)
      .flatMap((operator) => operator.int32s(fields.operator.outputs) ?? []),
  ]);
  return subgraph.tables(fields.subgraph.tensors).map((table, index) => {
    const read = readTensor(table, index, buffers);
    const { tensor } = read;
    const isEmpty = tensor.shape.includes(0) && tensor.data === undefined && !given.has(index);
    return isEmpty ? { ...read, tensor: { ...tensor, data: new arrayTypes[tensor.dtype](0) } } : read;
  });
}

function readTensor(table: Table, index: number, buffers: readonly Table[]): ImportedTensor {
  const name = readName(table, index);
  const place = { node: name };
  const typeNumber = table.int8(fields.tensor.type, 0);
  const typeName = tensorTypes[typeNumber];
  if (typeName === undefined)
    throw new WasmoteError("model-corrupt", `tensor type ${typeNumber} does not exist`, place);
  const shape = table.int32s(fields.tensor.shape) ?? [];
  if (shape.length > maxRank) {
    const detail = `tensor ${index} has ${shape.length} axes; up to ${maxRank} are taken`;
    throw new WasmoteError("model-too-large", detail, place);
  }
  if (shape.some((length) => length < 0) || elementCount(shape) > 2 ** 31) {
    throw new WasmoteError("model-invalid", `tensor ${index} has shape [${shape.join(", ")}]`, place);
  }
  const narrow = narrowTypes[typeName];
  const dtype = narrow?.dtype ?? dtypes[typeName];
  if (dtype === undefined) {
    return {
      tensor: { name, dtype: "int8", shape },
      problem: `tensor "${name}" has dtype ${typeName}, which is not supported`,
      isResource: typeName === "RESOURCE",
    };
  }
  const tensor: Tensor = { name, dtype, shape };
  const quantization = readQuantization(table.table(fields.tensor.quantization));
  if (quantization !== undefined && isInteger(dtype)) tensor.quantization = quantization;
  const data = readData(table, index, tensor, buffers, place, narrow);
  if (data !== undefined) tensor.data = data;
  if (narrow !== undefined) {
    if (data === undefined)
      return { tensor, problem: `tensor "${name}" is ${typeName} and no constant, which is not supported` };
    tensor.stored = narrow.stored;
  }
  const problem = quantizationProblem(tensor);
  if (problem !== undefined) return { tensor, problem };
  const signed = asSigned(tensor);
  const openShape = data === undefined ? readOpenShape(table, shape) : undefined;
  return {
    tensor: signed ?? tensor,
    ...(openShape === undefined ? {} : { openShape }),
    isVariable: table.bool(fields.tensor.isVariable, false),
    wasUnsigned: signed !== undefined,
  };
}

/** Whether scales and zero points mean anything: files have some beside floats, too. */
function isInteger(dtype: DType): boolean {
  return dtype !== "float32" && dtype !== "bool";
}

function readName(table: Table, index: number): string {
  const bytes = table.bytes(fields.tensor.name)?.length ?? 0;
  if (bytes <= maxNameBytes) return table.text(fields.tensor.name) || `tensor ${index}`;
  const detail = `the name of tensor ${index} has ${bytes} bytes; up to ${maxNameBytes} are taken`;
  throw new WasmoteError("model-too-large", detail);
}

/** What a file leaves open of a tensor's shape, in which it writes 1 for lengths that it does not know. */
function readOpenShape(table: Table, shape: readonly number[]): ImportedTensor["openShape"] {
  const signature = table.int32s(fields.tensor.shapeSignature) ?? [];
  if (signature.length === shape.length && signature.includes(-1)) return signature;
  return shape.length === 0 && !table.bool(fields.tensor.hasRank, false) ? "any" : undefined;
}

/** Dtypes of quantized activations. */
const quantizedTypes = ["int8", "uint8", "int16"] as const;

/** What is wrong with the parameters of an activation that is quantized as a whole; operators check those of weights. */
function quantizationProblem(tensor: Tensor): string | undefined {
  const parameters = perTensor(tensor);
  const dtype = quantizedTypes.find((known) => known === tensor.dtype);
  if (parameters === undefined || dtype === undefined || tensor.data !== undefined) return undefined;
  const { scale, zeroPoint } = parameters;
  const [low, high] = integerRange[dtype];
  if (!(Number.isFinite(scale) && scale > 0)) {
    return `tensor "${tensor.name}" has scale ${scale}; a finite positive number is expected`;
  }
  if (zeroPoint >= low && zeroPoint <= high) return undefined;
  return `tensor "${tensor.name}" has zero point ${zeroPoint}; ${low} to ${high} is expected of ${dtype}`;
}

function readQuantization(table: Table | undefined): Quantization | undefined {
  const scale = table?.float32s(fields.quantization.scale);
  if (table === undefined || scale === undefined || scale.length === 0) return undefined;
  const zeroPoint = table.int64s(fields.quantization.zeroPoint) ?? scale.map(() => 0);
  if (zeroPoint.length !== scale.length) {
    throw new WasmoteError("model-invalid", `${scale.length} scales but ${zeroPoint.length} zero points`);
  }
  return { scale, zeroPoint, axis: table.int32(fields.quantization.axis, 0) };
}

function readData(
  table: Table,
  index: number,
  tensor: Tensor,
  buffers: readonly Table[],
  place: Place,
  narrow: Narrow | undefined,
): TensorData | undefined {
  const bufferIndex = table.uint32(fields.tensor.buffer, 0);
  if (bufferIndex === 0) return undefined;
  const buffer = buffers[bufferIndex];
  if (buffer === undefined) {
    throw new WasmoteError(
      "model-invalid",
      `tensor ${index} names buffer ${bufferIndex} of ${buffers.length}`,
      place,
    );
  }
  const bytes = bytesOf(buffer);
  if (bytes.length === 0) return undefined;
  const sparsity = table.table(fields.tensor.sparsity);
  if (sparsity !== undefined) return readSparse(sparsity, bytes, tensor, place, narrow);
  const count = elementCount(tensor.shape);
  const expected = Math.ceil((count * bitsOf(tensor, narrow)) / 8);
  if (bytes.length !== expected) {
    throw new WasmoteError(
      "model-invalid",
      `tensor ${index} has ${bytes.length} bytes of data, its shape takes ${expected}`,
      place,
    );
  }
  return elementsOf(bytes, count, tensor, place, narrow);
}

/** Contents of a buffer: within the flatbuffer or, of files beyond 2 GiB and of those written like these, behind it. */
function bytesOf(buffer: Table): Uint8Array {
  const bytes = buffer.bytes(fields.buffer.data) ?? new Uint8Array(0);
  const [offset, size] = [buffer.uint64(fields.buffer.offset, 0), buffer.uint64(fields.buffer.size, 0)];
  return bytes.length > 0 || offset <= 1 ? bytes : buffer.fileBytes(offset, size);
}

/** Bits that an element takes in the file. */
function bitsOf({ dtype }: Tensor, narrow: Narrow | undefined): number {
  return narrow?.bits ?? 8 * elementBytes[dtype];
}

function elementsOf(
  bytes: Uint8Array,
  count: number,
  { name, dtype }: Tensor,
  place: Place,
  narrow: Narrow | undefined,
): TensorData {
  const data =
    narrow === undefined
      ? new arrayTypes[dtype](new Uint8Array(bytes).buffer)
      : widen(narrow.stored, bytes, count);
  if (data instanceof Float32Array && !data.every(Number.isFinite)) {
    throw new WasmoteError("weights-not-finite", `tensor "${name}"`, place);
  }
  return data;
}

/** A sparse constant with its zeros. */
function readSparse(
  sparsity: Table,
  bytes: Uint8Array,
  tensor: Tensor,
  place: Place,
  narrow: Narrow | undefined,
): TensorData {
  const count = Math.floor((8 * bytes.length) / bitsOf(tensor, narrow));
  if (Math.ceil((count * bitsOf(tensor, narrow)) / 8) !== bytes.length) {
    const detail = `${bytes.length} bytes of a sparse tensor of ${describeType(tensor)}`;
    throw new WasmoteError("model-invalid", detail, place);
  }
  const zero = tensor.quantization?.zeroPoint[0] ?? 0;
  return unfoldSparse(sparsity, elementsOf(bytes, count, tensor, place, narrow), tensor, zero);
}
