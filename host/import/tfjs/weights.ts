import { UnsupportedModelError, WasmoteError } from "../../errors.js";
import { float16Value } from "../../numerics/float16.js";
import { asArray, asInteger, asNumber, asObject, asString, type JsonObject } from "../json-fields.js";

/** Bytes of an element as a manifest's dtypes store it; a string has no fixed size. */
const dtypeBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  complex64: 8,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** Dtypes that stand for numbers of another one. */
const quantizedDtypes = ["uint8", "uint16", "float16"];

/** A weight of a TF.js model, in C order. */
export interface StoredWeight {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
  readonly data: Float32Array | Int32Array | Uint8Array;
  /** Of float32 that came in fewer bits. */
  readonly stored?: "float16";
}

/** Size and decoder of one entry of a weights group. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** Bytes in the group's data. */
  readonly bytes: number;
  /** Its elements from exactly `bytes` bytes; undefined for a dtype that nothing computes with. */
  decode(data: DataView): Omit<StoredWeight, "shape"> | undefined;
}

/** How an element is read from where it lies. */
const readers: Readonly<Record<string, (data: DataView, at: number) => number>> = {
  float32: (data, at) => data.getFloat32(at, true),
  int32: (data, at) => data.getInt32(at, true),
  bool: (data, at) => Number(data.getUint8(at) !== 0),
  uint8: (data, at) => data.getUint8(at),
  uint16: (data, at) => data.getUint16(at, true),
  float16: (data, at) => float16Value(data.getUint16(at, true)),
};

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** What a weight's codes stand for, `min + scale * code`, but for half precision, which is the number itself. */
function meaningOf(
  stored: string,
  quantization: JsonObject | undefined,
  name: string,
): (code: number) => number {
  if (quantization === undefined || stored === "float16") return (code) => code;
  const scale = asNumber(quantization.scale, `quantization scale of weight "${name}"`);
  const min = asNumber(quantization.min, `quantization min of weight "${name}"`);
  return (code) => code * scale + min;
}

/** The dtype that a weight has for those who compute with it. */
function elementType(dtype: string): StoredWeight["dtype"] | undefined {
  if (dtype === "float16") return "float32";
  if (dtype === "uint8") return "int32";
  return dtype === "float32" || dtype === "int32" || dtype === "bool" ? dtype : undefined;
}

function decoder(dtype: string, stored: string, meaning: (code: number) => number): WeightEntry["decode"] {
  const type = elementType(dtype);
  const read = readers[stored];
  const size = dtypeBytes[stored] as number;
  if (type === undefined || read === undefined) return () => undefined;
  const round = type === "int32" ? Math.round : (value: number) => value;
  return (view) => {
    const data = new arrays[type](view.byteLength / size);
    for (let i = 0; i < data.length; i++) data[i] = round(meaning(read(view, i * size)));
    return { dtype: type, data, ...(type === "float32" && stored === "float16" ? { stored } : {}) };
  };
}

/**
 * An entry of `weightsManifest[].weights`: `{name, shape, dtype, quantization?}`. Quantized entries are stored
 * as `quantization.dtype` and mean `min + scale * code` (uint8, uint16) or half precision (float16).
 * Throws `model-invalid` for missing fields and unknown dtypes, `model-unsupported` for texts.
 */
export function readWeightEntry(value: unknown): WeightEntry {
  const entry = asObject(value, "an entry of weightsManifest[].weights");
  const name = asString(entry.name, "name of a weight");
  const shape = asArray(entry.shape, `shape of weight "${name}"`).map((length) =>
    asInteger(length, 0, `a length in the shape of weight "${name}"`),
  );
  const dtype = asString(entry.dtype, `dtype of weight "${name}"`);
  if (dtype === "string") {
    const reason = "its value is texts, which nothing on a microcontroller computes with";
    throw new UnsupportedModelError([{ node: name, operator: "Const", reason }]);
  }
  const quantization =
    entry.quantization === undefined || entry.quantization === null
      ? undefined
      : asObject(entry.quantization, `quantization of weight "${name}"`);
  const stored =
    quantization === undefined
      ? dtype
      : asString(quantization.dtype, `quantization dtype of weight "${name}"`);
  const size = Object.hasOwn(dtypeBytes, stored) ? dtypeBytes[stored] : undefined;
  if (size === undefined || (quantization !== undefined && !quantizedDtypes.includes(stored))) {
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
  const decode = decoder(dtype, stored, meaningOf(stored, quantization, name));
  return { name, shape, count, bytes: count * size, decode };
}

/**
 * Cuts the data of a weights group into its entries, in order. Entries of complex64 are counted but left out: nothing
 * computes with them, and what asks for one finds it missing.
 * Throws `shard-short` where the data's length is not the sum of the entries, `model-invalid` for two of one name.
 */
export function decodeWeights(entries: readonly WeightEntry[], data: Uint8Array): Map<string, StoredWeight> {
  const expected = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (data.length !== expected) {
    throw new WasmoteError("shard-short", `${data.length} bytes; the manifest's weights need ${expected}`);
  }
  const weights = new Map<string, StoredWeight>();
  let at = 0;
  for (const { name, shape, bytes, decode } of entries) {
    const decoded = decode(new DataView(data.buffer, data.byteOffset + at, bytes));
    at += bytes;
    if (decoded === undefined) continue;
    if (weights.has(name)) throw new WasmoteError("model-invalid", `two weights are named "${name}"`);
    weights.set(name, { shape, ...decoded });
  }
  return weights;
}
