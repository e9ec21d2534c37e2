import { alignUp } from "./align.js";

/** What a field of a block holds, and how: little-endian, at the next multiple of its size. */
export type FieldType =
  /** uint32: an address in linear memory. */
  | "address"
  /** uint32: an offset in the weights section. */
  | "weights"
  | "int32"
  | "int64"
  | "float32";

/** A field with what its name does not say. */
export interface DescribedField {
  readonly type: FieldType;
  /** One sentence. */
  readonly note?: string;
  /** Read by the portable kernel only. Such fields come last, so that accelerators know nothing of them. */
  readonly portable?: true;
}

/** Fields by name, in the order in which they lie in memory. */
export type Fields = Readonly<Record<string, FieldType | DescribedField>>;

/**
 * A block of parameters: what one call of a kernel works on. It lies in the weights section; the kernel reads it to
 * linear memory, its accelerator reads it in place.
 */
export interface Block<F extends Fields = Fields> {
  /** Name of its class in AssemblyScript: "WindowParameters". */
  readonly name: string;
  /** What it is for. */
  readonly note: string;
  readonly fields: F;
}

/** The type of a field, described or not. */
type TypeOf<F extends FieldType | DescribedField> = F extends DescribedField ? F["type"] : F;

/** Values of a block: a number for each field, a bigint for those of 64 bits. */
export type BlockValues<F extends Fields = Fields> = {
  readonly [name in keyof F]: TypeOf<F[name]> extends "int64" ? bigint : number;
};

/** Values of any block. */
export type AnyValues = Readonly<Record<string, number | bigint>>;

/** A field and where it lies. */
export interface PlacedField extends DescribedField {
  readonly name: string;
  /** Bytes from the block's start. */
  readonly offset: number;
}

/** States a block. */
export function block<const F extends Fields>(name: string, note: string, fields: F): Block<F> {
  return { name, note, fields };
}

/** Bytes of a field; it is aligned to as many. */
export function fieldBytes(type: FieldType): number {
  return type === "int64" ? 8 : 4;
}

/** The fields of a block with their offsets, in order. */
export function placeFields(of: Block): PlacedField[] {
  let end = 0;
  return Object.entries(of.fields).map(([name, field]) => {
    const described = typeof field === "string" ? { type: field } : field;
    const bytes = fieldBytes(described.type);
    const offset = alignUp(end, bytes);
    end = offset + bytes;
    return { name, offset, ...described };
  });
}

/** Bytes of a block. */
export function blockBytes(of: Block): number {
  const last = placeFields(of).at(-1);
  return last === undefined ? 0 : last.offset + fieldBytes(last.type);
}

/**
 * A block as its bytes. Values are given by name, in any order.
 *
 * @throws Error where a field is missing, unknown or out of range: a defect of the caller
 */
export function encodeBlock(of: Block, values: AnyValues): Uint8Array {
  const bytes = new Uint8Array(blockBytes(of));
  const view = new DataView(bytes.buffer);
  const fields = placeFields(of);
  for (const { name, type, offset } of fields) {
    const value = values[name];
    const fail = (): never => {
      throw new Error(`${of.name}.${name} is ${value}; ${type} is expected`);
    };
    if (type === "int64") {
      if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) return fail();
      view.setBigInt64(offset, value, true);
    } else if (typeof value !== "number") return fail();
    else if (type === "float32") view.setFloat32(offset, value, true);
    else if (type === "int32" ? value === (value | 0) : value === value >>> 0)
      view.setInt32(offset, value, true);
    else return fail();
  }
  const unknown = Object.keys(values).filter((name) => !(name in of.fields));
  if (unknown.length > 0) throw new Error(`${of.name} has no ${unknown.join(", ")}`);
  return bytes;
}
