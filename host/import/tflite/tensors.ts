import { type Place, WasmoteError } from "../../errors.js";
import {
  arrayTypes,
  type DType,
  elementBytes,
  elementCount,
  integerRange,
  perTensor,
  type Quantization,
  type Tensor,
  type TensorData,
} from "../../graph/tensor.js";
import { float16Value } from "../../numerics/float16.js";
import { fields, tensorTypes } from "./schema.js";
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

/** Types in fewer bits than any dtype, of constants: what they become, and the bits of an element. */
const narrowTypes: Partial<
  Record<(typeof tensorTypes)[number], { dtype: DType; stored: NonNullable<Tensor["stored"]>; bits: number }>
> = {
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
}

/**
 * Reads a subgraph's tensors with their constant data and quantization.
 * Throws `model-corrupt`, `model-invalid` or `weights-not-finite`.
 */
export function readTensors(subgraph: Table, buffers: readonly Table[]): ImportedTensor[] {
  return subgraph.tables(fields.subgraph.tensors).map((table, index) => readTensor(table, index, buffers));
}

function readTensor(table: Table, index: number, buffers: readonly Table[]): ImportedTensor {
  const name = table.text(fields.tensor.name) || `tensor ${index}`;
  const place = { node: name };
  const typeNumber = table.int8(fields.tensor.type, 0);
  const typeName = tensorTypes[typeNumber];
  if (typeName === undefined)
    throw new WasmoteError("model-corrupt", `tensor type ${typeNumber} does not exist`, place);
  const shape = table.int32s(fields.tensor.shape) ?? [];
  if (shape.some((length) => length < 0) || elementCount(shape) > 2 ** 31) {
    throw new WasmoteError("model-invalid", `tensor ${index} has shape [${shape.join(", ")}]`, place);
  }
  const narrow = narrowTypes[typeName];
  const dtype = narrow?.dtype ?? dtypes[typeName];
  if (dtype === undefined) {
    return {
      tensor: { name, dtype: "int8", shape },
      problem: `tensor "${name}" has dtype ${typeName}, which is not supported`,
    };
  }
  const tensor: Tensor = { name, dtype, shape };
  const quantization = readQuantization(table.table(fields.tensor.quantization));
  if (quantization !== undefined) tensor.quantization = quantization;
  const data = readData(table, index, tensor, buffers, place, narrow);
  if (data !== undefined) tensor.data = data;
  if (narrow !== undefined) {
    if (data === undefined)
      return { tensor, problem: `tensor "${name}" is ${typeName} and no constant, which is not supported` };
    tensor.stored = narrow.stored;
  }
  const problem = quantizationProblem(tensor);
  if (problem !== undefined) return { tensor, problem };
  if (table.has(fields.tensor.sparsity))
    return { tensor, problem: `tensor "${name}" is stored sparse, which is not supported` };
  return { tensor, isVariable: table.bool(fields.tensor.isVariable, false) };
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
  narrow: (typeof narrowTypes)[keyof typeof narrowTypes],
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
  const bytes = buffer.bytes(fields.buffer.data);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const count = elementCount(tensor.shape);
  const expected = Math.ceil((count * (narrow?.bits ?? 8 * elementBytes[tensor.dtype])) / 8);
  if (bytes.length !== expected) {
    throw new WasmoteError(
      "model-invalid",
      `tensor ${index} has ${bytes.length} bytes of data, its shape takes ${expected}`,
      place,
    );
  }
  const data =
    narrow === undefined
      ? new arrayTypes[tensor.dtype](new Uint8Array(bytes).buffer)
      : widen(narrow.stored, bytes, count);
  if (data instanceof Float32Array && !data.every(Number.isFinite)) {
    throw new WasmoteError("weights-not-finite", `tensor ${index}`, place);
  }
  return data;
}
