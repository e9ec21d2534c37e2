import { type Place, WasmoteError } from "../../../errors.js";
import type { DType } from "../../../graph/tensor.js";
import { asArray, asObject, type JsonObject, shown } from "../../json-fields.js";

/** Names of TensorFlow's `DataType` by their numbers, as far as nodes of inference name them. */
const typeNames: Readonly<Record<number, string>> = {
  1: "DT_FLOAT",
  2: "DT_DOUBLE",
  3: "DT_INT32",
  4: "DT_UINT8",
  5: "DT_INT16",
  6: "DT_INT8",
  7: "DT_STRING",
  8: "DT_COMPLEX64",
  9: "DT_INT64",
  10: "DT_BOOL",
  17: "DT_UINT16",
  19: "DT_HALF",
  20: "DT_RESOURCE",
  21: "DT_VARIANT",
  22: "DT_UINT32",
  23: "DT_UINT64",
};

/** Element types as TF.js computes with them: float32, int32, bool. */
const dtypes: Readonly<Record<string, DType>> = {
  DT_FLOAT: "float32",
  DT_DOUBLE: "float32",
  DT_HALF: "float32",
  DT_INT8: "int32",
  DT_UINT8: "int32",
  DT_INT16: "int32",
  DT_UINT16: "int32",
  DT_INT32: "int32",
  DT_INT64: "int32",
  DT_BOOL: "bool",
};

/** The name of a `DataType`, which JSON has as its name or its number. */
export function typeName(value: unknown): string {
  if (typeof value === "string") return value;
  return (typeof value === "number" ? typeNames[value] : undefined) ?? shown(value);
}

/** The element type that TF.js gives a `DataType`; undefined for those without numbers. */
export function dtypeOf(value: unknown): DType | undefined {
  const name = typeName(value);
  return Object.hasOwn(dtypes, name) ? dtypes[name] : undefined;
}

/** A number, which JSON of Protocol Buffers may have as a text. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && !Number.isNaN(number) ? number : undefined;
}

/** A text, which JSON of Protocol Buffers has in base64, and TF.js's older files as a list of bytes. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value))
    return value.every(Number.isInteger) && value.length < 4096 ? String.fromCharCode(...value) : undefined;
  if (typeof value !== "string") return undefined;
  try {
    return atob(value);
  } catch {
    return undefined;
  }
}

/** A `TensorShapeProto`: undefined for a length that is not known, or for all where not even the rank is. */
export function shapeOf(value: unknown, what: string): (number | undefined)[] | undefined {
  const shape = asObject(value, what);
  if (shape.unknownRank === true) return undefined;
  return asArray(shape.dim ?? [], `${what}'s dimensions`).map((dimension) => {
    const size = asObject(dimension, `a dimension of ${what}`).size ?? 0;
    const length = numberOf(size);
    if (length === undefined || !Number.isSafeInteger(length))
      throw new WasmoteError(
        "model-invalid",
        `${what} has the length ${shown(size)}; an integer is expected`,
      );
    return length < 0 ? undefined : length;
  });
}

/** Attributes of a node, `attr` of a `NodeDef`. What has another kind than is asked for is `model-invalid`. */
export class Attributes {
  constructor(
    private readonly values: JsonObject,
    private readonly place: Place,
  ) {}

  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  /** A number; `otherwise` where the node has no such attribute, or one that is left empty. */
  number(name: string, otherwise: number): number {
    const value = this.value(name);
    const written = value?.i ?? value?.f;
    return written === undefined ? otherwise : this.known(numberOf(written), name, written);
  }

  numbers(name: string): number[] {
    const list = this.list(name);
    return asArray(list?.i ?? list?.f ?? [], `list ${name}`, this.place).map((entry) =>
      this.known(numberOf(entry), name, entry),
    );
  }

  flag(name: string, otherwise = false): boolean {
    const written = this.value(name)?.b;
    return written === undefined ? otherwise : written === true;
  }

  text(name: string, otherwise: string): string {
    const written = this.value(name)?.s;
    return written === undefined ? otherwise : this.known(textOf(written), name, written);
  }

  texts(name: string): string[] {
    return asArray(this.list(name)?.s ?? [], `list ${name}`, this.place).map((entry) =>
      this.known(textOf(entry), name, entry),
    );
  }

  /** The element type that TF.js computes with; undefined for one without numbers, or where the attribute is missing. */
  dtype(name: string): DType | undefined {
    return dtypeOf(this.value(name)?.type);
  }

  /** Name of the element type in the file. */
  typeName(name: string): string {
    return typeName(this.value(name)?.type);
  }

  /** A shape as far as it is known; undefined where the attribute is missing, or not even the rank is known. */
  shape(name: string): (number | undefined)[] | undefined {
    const shape = this.value(name)?.shape;
    return shape === undefined ? undefined : shapeOf(shape, `attribute ${name}`);
  }

  /** Name of a function of the library; undefined where the attribute names none. */
  functionName(name: string): string | undefined {
    const func = this.value(name)?.func;
    const named = func === undefined ? undefined : asObject(func, `attribute ${name}`, this.place).name;
    return typeof named === "string" ? named : undefined;
  }

  private value(name: string): JsonObject | undefined {
    const value = this.has(name) ? this.values[name] : undefined;
    return value === undefined ? undefined : asObject(value, `attribute ${name}`, this.place);
  }

  private list(name: string): JsonObject | undefined {
    const list = this.value(name)?.list;
    return list === undefined ? undefined : asObject(list, `attribute ${name}`, this.place);
  }

  private known<T>(value: T | undefined, name: string, written: unknown): T {
    if (value !== undefined) return value;
    throw new WasmoteError("model-invalid", `attribute ${name} cannot be ${shown(written)}`, this.place);
  }
}
