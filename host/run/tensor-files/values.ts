import { WasmoteError } from "../../errors.js";
import { type DType, elementBytes, integerRange, unsignedOffset } from "../../graph/tensor.js";
import { roundHalfAway, roundHalfEven } from "../../numerics/requantization.js";

/** What is needed to turn real numbers to a tensor's bytes and back. */
export interface ValueType {
  dtype: DType;
  scale?: number;
  zeroPoint?: number;
  halves?: "even";
}

/** The tensor's type as the user knows it, where the model's own interface has another element type than memory. */
export function interfaceValues({
  dtype,
  interface: own = dtype,
  scale,
  zeroPoint = 0,
}: ValueType & { interface?: DType }): ValueType {
  if (own === dtype) return { dtype, ...(scale === undefined ? {} : { scale, zeroPoint }) };
  if (own !== "uint8" || scale === undefined) return { dtype: own };
  return { dtype: own, scale, zeroPoint: zeroPoint + unsignedOffset };
}

/** Smallest and largest real value that the tensor can hold, or undefined for float32. */
export function realRange(type: ValueType): readonly [number, number] | undefined {
  if (type.dtype === "float32") return undefined;
  const [low, high] = integerRange[type.dtype];
  const scale = type.scale ?? 1;
  const zeroPoint = type.zeroPoint ?? 0;
  return [scale * (low - zeroPoint), scale * (high - zeroPoint)];
}

/**
 * Real numbers to the tensor's little-endian bytes. Quantized dtypes: q = round(real / scale) + zeroPoint in
 * single precision, halves away from zero as TFLite's QUANTIZE has them, or to even, clamped to the dtype. Integer dtypes
 * without a scale take whole numbers in range only; float32 takes NaN, which stands for a value that is missing.
 * Throws `input-invalid` for other NaN, infinity, or a number that the dtype cannot hold.
 */
export function encodeReals(reals: ArrayLike<number>, type: ValueType): Uint8Array {
  const bytes = new Uint8Array(reals.length * elementBytes[type.dtype]);
  const view = new DataView(bytes.buffer);
  const store = encoder(type);
  const size = elementBytes[type.dtype];
  for (let i = 0; i < reals.length; i++) {
    const real = reals[i]!;
    const isGap = Number.isNaN(real) && type.dtype === "float32";
    if (!isGap && !Number.isFinite(Math.fround(real))) {
      throw new WasmoteError(
        "input-invalid",
        `number ${i} is ${real}; inputs are finite numbers of single precision`,
      );
    }
    writeStored(view, i * size, type.dtype, store(real, i));
  }
  return bytes;
}

/** Stored elements of a tensor's little-endian bytes, not dequantized. 64-bit integers become doubles. */
export function decodeStored(bytes: Uint8Array, dtype: DType): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = elementBytes[dtype];
  return Array.from({ length: bytes.length / size }, (_, i) => readStored(view, i * size, dtype));
}

/** Real values of a tensor's bytes: scale * (q - zeroPoint) in single precision; without a scale as stored. */
export function decodeReals(bytes: Uint8Array, type: ValueType): number[] {
  const stored = decodeStored(bytes, type.dtype);
  if (type.scale === undefined || type.dtype === "float32") return stored;
  const scale = Math.fround(type.scale);
  const zeroPoint = type.zeroPoint ?? 0;
  return stored.map((q) => Math.fround(scale * Math.fround(q - zeroPoint)));
}

function encoder(type: ValueType): (real: number, index: number) => number {
  const { dtype } = type;
  if (dtype === "float32") return (real) => real;
  const [low, high] = integerRange[dtype];
  if (type.scale !== undefined) {
    const scale = Math.fround(type.scale);
    const zeroPoint = type.zeroPoint ?? 0;
    const round = type.halves === "even" ? roundHalfEven : roundHalfAway;
    return (real) => {
      const q = round(Math.fround(Math.fround(real) / scale)) + zeroPoint;
      return Math.min(high, Math.max(low, q));
    };
  }
  return (real, index) => {
    if (Number.isInteger(real) && real >= low && real <= high) return real;
    throw new WasmoteError(
      "input-invalid",
      `number ${index} is ${real}; the input is ${dtype} without a scale and takes whole numbers from ${low} to ${high}`,
    );
  };
}

function writeStored(view: DataView, at: number, dtype: DType, value: number): void {
  if (dtype === "int8") view.setInt8(at, value);
  else if (dtype === "uint8" || dtype === "bool") view.setUint8(at, value);
  else if (dtype === "int16") view.setInt16(at, value, true);
  else if (dtype === "int32") view.setInt32(at, value, true);
  else if (dtype === "uint32") view.setUint32(at, value, true);
  else if (dtype === "int64") view.setBigInt64(at, BigInt(value), true);
  else if (dtype === "uint64") view.setBigUint64(at, BigInt(value), true);
  else view.setFloat32(at, value, true);
}

function readStored(view: DataView, at: number, dtype: DType): number {
  if (dtype === "int8") return view.getInt8(at);
  if (dtype === "uint8" || dtype === "bool") return view.getUint8(at);
  if (dtype === "int16") return view.getInt16(at, true);
  if (dtype === "int32") return view.getInt32(at, true);
  if (dtype === "uint32") return view.getUint32(at, true);
  if (dtype === "int64") return Number(view.getBigInt64(at, true));
  if (dtype === "uint64") return Number(view.getBigUint64(at, true));
  return view.getFloat32(at, true);
}
