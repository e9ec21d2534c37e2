import { PbfReader } from "pbf";
import { WasmoteError } from "../../errors.js";
import { maxModelBytes } from "../../files/limits.js";
import { maxRank } from "../../graph/limits.js";
import { arrayTypes, type DType, elementCount, type Tensor, type TensorData } from "../../graph/tensor.js";
import { float16Value } from "../../numerics/float16.js";
import type { TensorProto } from "./model.js";
import { requireTexts } from "./texts.js";

/** A type of ONNX's `TensorProto.DataType`. */
interface ElementType {
  readonly name: string;
  /** What it is in the graph; undefined where it is not supported. */
  readonly dtype?: DType;
  /** How raw bytes are read where they are not those of the dtype. */
  readonly widens?: "half" | "double" | "brain" | "uint16" | "nibbles";
}

/** The types by their numbers. Floats of other widths are float32 here, integers of 16 bits without sign int32. */
const elementTypes: readonly ElementType[] = [
  { name: "undefined" },
  { name: "float", dtype: "float32" },
  { name: "uint8", dtype: "uint8" },
  { name: "int8", dtype: "int8" },
  { name: "uint16", dtype: "int32", widens: "uint16" },
  { name: "int16", dtype: "int16" },
  { name: "int32", dtype: "int32" },
  { name: "int64", dtype: "int64" },
  { name: "string" },
  { name: "bool", dtype: "bool" },
  { name: "float16", dtype: "float32", widens: "half" },
  { name: "double", dtype: "float32", widens: "double" },
  { name: "uint32", dtype: "uint32" },
  { name: "uint64", dtype: "uint64" },
  { name: "complex64" },
  { name: "complex128" },
  { name: "bfloat16", dtype: "float32", widens: "brain" },
  { name: "float8e4m3fn" },
  { name: "float8e4m3fnuz" },
  { name: "float8e5m2" },
  { name: "float8e5m2fnuz" },
  { name: "uint4", dtype: "uint8", widens: "nibbles" },
  { name: "int4", dtype: "int8", widens: "nibbles" },
  { name: "float4e2m1" },
];

/** What ONNX calls the type of that number. */
export function elementTypeName(number: number): string {
  return elementTypes[number]?.name ?? `type ${number}`;
}

/** What tensors of that type are in the graph; undefined where they are not supported. */
export function elementDtype(number: number): DType | undefined {
  return elementTypes[number]?.dtype;
}

/** Reads bytes of a file beside the model: from `offset` on, `length` of them. */
export type ReadExternal = (tensor: TensorProto, bytes: number) => Uint8Array;

/** Bytes that so many elements of a type take in raw form. */
function rawBytes({ dtype, widens }: ElementType, elements: number): number {
  if (widens === "nibbles") return Math.ceil(elements / 2);
  if (widens === "double") return 8 * elements;
  if (widens !== undefined) return 2 * elements;
  return new arrayTypes[dtype as DType](0).BYTES_PER_ELEMENT * elements;
}

/** Elements of raw bytes, which may lie anywhere in a file. */
function fromRaw(type: ElementType, bytes: Uint8Array, elements: number): TensorData {
  const own = new Uint8Array(bytes).buffer;
  switch (type.widens) {
    case "half":
      return Float32Array.from(new Uint16Array(own), float16Value);
    case "double":
      return Float32Array.from(new Float64Array(own));
    case "brain":
      return new Float32Array(Uint32Array.from(new Uint16Array(own), (half) => half << 16).buffer);
    case "uint16":
      return Int32Array.from(new Uint16Array(own));
    case "nibbles": {
      const data = new arrayTypes[type.dtype as DType](elements) as Uint8Array;
      for (let i = 0; i < elements; i++) {
        const nibble = ((bytes[i >> 1] as number) >> (4 * (i & 1))) & 15;
        data[i] = type.dtype === "int8" && nibble > 7 ? nibble - 16 : nibble;
      }
      return data;
    }
    default:
      return new arrayTypes[type.dtype as DType](own);
  }
}

/** Largest 64-bit integers, which doubles round up to one too many. */
const largest = { int64: 2n ** 63n - 1n, uint64: 2n ** 64n - 1n } as const;

/** The next integer of a list. Throws `model-corrupt` where there is none. */
function integerOf(reader: PbfReader, isSigned: boolean): number {
  try {
    return reader.readVarint(isSigned);
  } catch (error) {
    throw new WasmoteError("model-corrupt", `a constant's integers are damaged: ${(error as Error).message}`);
  }
}

/** Elements of the lists of typed fields. */
function fromLists(type: ElementType, proto: TensorProto, elements: number): TensorData {
  const numbers: number[] = [];
  const room = (): void => {
    if (numbers.length > elements) throw new WasmoteError("model-corrupt", `more than ${elements} elements`);
  };
  for (const bytes of proto.integers) {
    const reader = new PbfReader(bytes);
    while (reader.pos < bytes.length) {
      numbers.push(integerOf(reader, type.dtype !== "uint64"));
      room();
    }
  }
  for (const bytes of proto.floats) append(numbers, floatsOf(bytes, elements, 4));
  for (const bytes of proto.doubles) append(numbers, floatsOf(bytes, elements, 8));
  append(numbers, proto.single);
  room();
  const { dtype, widens } = type;
  const data = new arrayTypes[dtype as DType](numbers.length);
  for (const [i, number] of numbers.entries()) {
    if (dtype === "int64" || dtype === "uint64") {
      const wide = BigInt(number);
      (data as BigInt64Array)[i] = wide > largest[dtype] ? largest[dtype] : wide;
    } else if (widens === "half") data[i] = float16Value(number);
    else if (widens === "brain") data[i] = new Float32Array(Uint32Array.of(number << 16).buffer)[0] as number;
    else data[i] = number;
  }
  return data;
}

/** Adds to a list, which may be too many for arguments of one call. */
function append(list: number[], more: ArrayLike<number>): void {
  for (let i = 0; i < more.length; i++) list.push(more[i] as number);
}

function floatsOf(bytes: Uint8Array, elements: number, width: 4 | 8): Float32Array | Float64Array {
  if (bytes.length > width * elements || bytes.length % width !== 0)
    throw new WasmoteError("model-corrupt", `${bytes.length} bytes of floats for ${elements} elements`);
  const own = new Uint8Array(bytes).buffer;
  return width === 4 ? new Float32Array(own) : new Float64Array(own);
}

/** Texts as their numbers among those that differ. */
function textTensor(texts: readonly string[], shape: readonly number[], name: string): Tensor {
  if (texts.length !== elementCount(shape)) {
    const detail = `${texts.length} texts for [${shape.join(", ")}]`;
    throw new WasmoteError("model-corrupt", detail, { node: name });
  }
  const different = [...new Set(requireTexts(texts))];
  const numbers = new Map(different.map((text, i) => [text, BigInt(i)]));
  const data = BigInt64Array.from(texts, (text) => numbers.get(text) as bigint);
  return { name, dtype: "int64", shape, data, texts: different };
}

/**
 * A constant of the file. Texts are int64: their numbers in the tensor's `texts`.
 *
 * @returns the tensor, or why it is not supported
 * @throws `model-corrupt`, `model-invalid`, `model-too-large`, `shard-*`
 */
export function constantOf(proto: TensorProto, name: string, readExternal: ReadExternal): Tensor | string {
  const place = { node: name };
  const type = elementTypes[proto.dataType];
  if (type === undefined)
    throw new WasmoteError("model-corrupt", `element type ${proto.dataType} does not exist`, place);
  const shape = proto.dims;
  if (shape.length > maxRank)
    throw new WasmoteError(
      "model-too-large",
      `a tensor of ${shape.length} axes; up to ${maxRank} are taken`,
      place,
    );
  const elements = elementCount(shape);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0) || elements > maxModelBytes)
    throw new WasmoteError("model-invalid", `a constant has shape [${shape.join(", ")}]`, place);
  if (type.name === "string") return textTensor(proto.texts, shape, name);
  if (type.dtype === undefined) return `it is a constant of ${type.name}, which is not supported`;
  const bytes = rawBytes(type, elements);
  const raw = proto.external === undefined ? proto.raw : readExternal(proto, bytes);
  if (raw !== undefined && raw.length !== bytes) {
    const detail = `${raw.length} bytes for [${shape.join(", ")}] ${type.name}; ${bytes} are expected`;
    throw new WasmoteError("model-corrupt", detail, place);
  }
  const data = raw === undefined ? fromLists(type, proto, elements) : fromRaw(type, raw, elements);
  if (data.length !== elements && type.widens !== "nibbles") {
    const detail = `${data.length} elements for [${shape.join(", ")}] ${type.name}; ${elements} are expected`;
    throw new WasmoteError("model-corrupt", detail, place);
  }
  const stored = type.widens === "half" ? ({ stored: "float16" } as const) : {};
  return { name, dtype: type.dtype, shape, data, ...stored };
}
