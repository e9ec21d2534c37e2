import { WasmoteError } from "../../errors.js";
import type { KerasWeight } from "./container.js";
import { asArray, asInteger, asNumber, asObject, asString, type JsonObject } from "./json-fields.js";

/** Dtypes that a weights manifest may name, and their bytes per element; strings have no fixed size. */
const dtypeBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  complex64: 8,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** Size and decoder of one entry of a weights group. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** Bytes in the group's data. */
  readonly bytes: number;
  /** Values from exactly `bytes` bytes; undefined for a dtype that no layer computes with. */
  decode(data: DataView): Float32Array | undefined;
}

/** IEEE 754 half-precision bits as a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function decoder(stored: string, quantization: JsonObject | undefined, name: string) {
  const read = (element: (data: DataView, at: number) => number, size: number) => (data: DataView) =>
    Float32Array.from({ length: data.byteLength / size }, (_, i) => element(data, i * size));
  if (stored === "float16") return read((data, at) => halfToNumber(data.getUint16(at, true)), 2);
  if (quantization !== undefined) {
    const scale = asNumber(quantization.scale, `quantization scale of weight "${name}"`);
    const min = asNumber(quantization.min, `quantization min of weight "${name}"`);
    return stored === "uint8"
      ? read((data, at) => data.getUint8(at) * scale + min, 1)
      : read((data, at) => data.getUint16(at, true) * scale + min, 2);
  }
  if (stored === "float32") return read((data, at) => data.getFloat32(at, true), 4);
  return () => undefined;
}

/**
 * An entry of `weightsManifest[].weights`: `{name, shape, dtype, quantization?}`. Quantized entries are stored
 * as `quantization.dtype` and mean `min + scale * code` (uint8, uint16) or half precision (float16).
 * Throws `model-invalid` for missing fields and unknown dtypes.
 */
export function readWeightEntry(value: unknown): WeightEntry {
  const entry = asObject(value, "an entry of weightsManifest[].weights");
  const name = asString(entry.name, "name of a weight");
  const shape = asArray(entry.shape, `shape of weight "${name}"`).map((length) =>
    asInteger(length, 0, `a length in the shape of weight "${name}"`),
  );
  const dtype = asString(entry.dtype, `dtype of weight "${name}"`);
  const quantization =
    entry.quantization === undefined || entry.quantization === null
      ? undefined
      : asObject(entry.quantization, `quantization of weight "${name}"`);
  const stored =
    quantization === undefined
      ? dtype
      : asString(quantization.dtype, `quantization dtype of weight "${name}"`);
  const size = dtypeBytes[stored];
  if (
    size === undefined ||
    (quantization !== undefined && !["uint8", "uint16", "float16"].includes(stored))
  ) {
    throw new WasmoteError(
      "model-invalid",
      `weight "${name}" is stored as ${stored}, which has no known size`,
    );
  }
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count * size)) {
    throw new WasmoteError(
      "model-invalid",
      `weight "${name}" has shape [${shape.join(", ")}], larger than any`,
    );
  }
  return { name, shape, count, bytes: count * size, decode: decoder(stored, quantization, name) };
}

/** Throws `weights-not-finite` for a weight that has what is no number, or an infinite one. */
export function requireFinite(name: string, values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new WasmoteError("weights-not-finite", `weight "${name}" has ${values[bad]} at element ${bad}`);
}

/**
 * Cuts the data of a weights group into its entries, in order. Entries of int32, bool and complex64 are counted
 * but left out: no layer computes with them, and a layer that asks for one finds it missing.
 * Throws `shard-short` where the data's length is not the sum of the entries, `weights-not-finite`.
 */
export function decodeWeights(entries: readonly WeightEntry[], data: Uint8Array): Map<string, KerasWeight> {
  const expected = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (data.length !== expected) {
    throw new WasmoteError("shard-short", `${data.length} bytes; the manifest's weights need ${expected}`);
  }
  const weights = new Map<string, KerasWeight>();
  let at = 0;
  for (const entry of entries) {
    const values = entry.decode(new DataView(data.buffer, data.byteOffset + at, entry.bytes));
    at += entry.bytes;
    if (values === undefined) continue;
    requireFinite(entry.name, values);
    if (weights.has(entry.name))
      throw new WasmoteError("model-invalid", `two weights are named "${entry.name}"`);
    weights.set(entry.name, { shape: entry.shape, values });
  }
  return weights;
}
