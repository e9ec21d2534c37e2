import type { Group, File as H5File } from "h5wasm";
import { WasmoteError } from "../../errors.js";
import { maxModelBytes } from "../../files/limits.js";
import { elementCount } from "../../graph/tensor.js";
import { float16Value } from "../../numerics/float16.js";
import { shown } from "../json-fields.js";
import { requireNumbers } from "../require-numbers.js";
import type { KerasWeight } from "./container.js";

import { checkHeaps } from "./hdf5-heaps.js";

type Library = typeof import("h5wasm");
type H5Module = Awaited<Library["ready"]>;

/** Strings in one attribute, at most: names of the layers of a model. */
const maxStrings = 2 ** 14;

/** Groups and data that are looked at, at most; groups may hold each other. */
const maxPaths = 2 ** 12;

/** Memory that the library may take beyond its first, besides the bytes of the file. */
const ownBytes = 2 ** 25;

const pageBytes = 65536;

function corrupt(detail: string): WasmoteError {
  return new WasmoteError("model-corrupt", detail);
}

/** What the library says in its first line. */
function reasonOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split("\n");
  return (lines.find((line) => line.includes("():")) ?? lines[0] ?? "").replace(/^.*\(\): /, "").trim();
}

/** The library, anew each time that a file has broken what it held. */
let loaded: Promise<Library> | undefined;
let broken = 0;

async function loadLibrary(): Promise<Library> {
  const load = broken === 0 ? () => import("h5wasm") : () => importAnew(broken);
  loaded ??= load();
  try {
    const library = await loaded;
    await library.ready;
    return library;
  } catch (error) {
    loaded = undefined;
    throw new WasmoteError("library-missing", `h5wasm: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** Modules are loaded once for each address. */
function importAnew(times: number): Promise<Library> {
  return import(`${import.meta.resolve("h5wasm")}#${times}`) as Promise<Library>;
}

/**
 * Does work while the library's memory cannot grow beyond a limit: what a damaged file claims to hold is refused then, not
 * made room for.
 */
function withMemoryLimit<T>(module: H5Module, limit: number, work: () => T): T {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function limited(this: WebAssembly.Memory, pages: number): number {
    const isOwn = this.buffer === module.HEAPU8.buffer;
    if (isOwn && this.buffer.byteLength + pages * pageBytes > limit)
      throw new RangeError("the file takes too much memory");
    return grow.call(this, pages);
  };
  try {
    return work();
  } finally {
    prototype.grow = grow;
  }
}

/** What lies at a path; undefined where there is nothing that is read. */
type Kind = "group" | "data" | undefined;

/** A file of HDF5 as Keras writes it: groups, data as they lie in the file, and strings as attributes. */
export class Hdf5File {
  private readonly module: H5Module;
  private readonly file: H5File;
  /** Bytes of data that are not read yet: what is neither packed nor elsewhere has no more than the file. */
  private left: number;
  private readonly members = new Map<string, ReadonlySet<string>>();
  private readonly kinds = new Map<string, Kind>();

  constructor(module: H5Module, file: H5File, bytes: number) {
    this.module = module;
    this.file = file;
    this.left = bytes;
  }

  /** Names in a group, in their order. */
  names(group: string): string[] {
    return [...this.namesIn(group)];
  }

  private namesIn(group: string): ReadonlySet<string> {
    const known = this.members.get(group);
    if (known !== undefined) return known;
    const names = new Set(this.module.get_names(this.file.file_id, group, false));
    this.members.set(group, names);
    return names;
  }

  /**
   * Whether the path leads to a group, or to data; undefined where there is nothing. Throws `model-corrupt` for one over a
   * link, which may lead elsewhere.
   */
  kind(path: string): Kind {
    const names = path.split("/").filter(Boolean);
    return names.reduce<{ at: string; kind: Kind }>(
      ({ at, kind }, name) => {
        const next = `${at}/${name}`;
        return { at: next, kind: kind === "group" ? this.kindIn(at, name) : undefined };
      },
      { at: "", kind: "group" },
    ).kind;
  }

  /** What a group that is none by a link has under a name. */
  private kindIn(group: string, name: string): Kind {
    const path = `${group}/${name}`;
    if (this.kinds.has(path)) return this.kinds.get(path);
    if (this.kinds.size >= maxPaths)
      throw new WasmoteError("model-too-large", `more than ${maxPaths} groups and weights in HDF5`);
    const kind = this.namesIn(group || "/").has(name) ? this.kindOf(path) : undefined;
    this.kinds.set(path, kind);
    return kind;
  }

  private kindOf(path: string): Kind {
    const { file_id: id } = this.file;
    const isLink =
      this.module.get_symbolic_link(id, path) !== null ||
      Object.keys(this.module.get_external_link(id, path) ?? {}).length > 0;
    if (isLink) throw corrupt(`${shown(path)} is a link to something else; Keras writes none`);
    const type = this.module.get_type(id, path);
    if (type === this.module.H5G_GROUP) return "group";
    return type === this.module.H5G_DATASET ? "data" : undefined;
  }

  /** Whether what lies at a path has an attribute of that name. */
  private hasAttribute(path: string, name: string): boolean {
    return this.module.get_attribute_names(this.file.file_id, path).includes(name);
  }

  /** The strings of an attribute, one after the other where Keras has split it; undefined where it is absent. */
  texts(path: string, name: string): string[] | undefined {
    if (this.hasAttribute(path, name)) return this.attribute(path, name);
    const all: string[] = [];
    for (let i = 0; this.hasAttribute(path, `${name}${i}`); i++) {
      all.push(...this.attribute(path, `${name}${i}`));
      if (all.length > maxStrings) throw corrupt(`more than ${maxStrings} strings in ${name}`);
    }
    return all.length > 0 ? all : undefined;
  }

  private attribute(path: string, name: string): string[] {
    const { file_id: id } = this.file;
    const { type, total_size: count, size, cset, vlen } = this.module.get_attribute_metadata(id, path, name);
    if (count === 0) return [];
    if (type !== this.module.H5T_class_t.H5T_STRING.value)
      throw corrupt(`the attribute ${name} holds no strings`);
    if (count > maxStrings || (!vlen && count * size > this.left))
      throw corrupt(`the attribute ${name} claims ${count} strings, more than there can be`);
    const value = (this.file.get(path) as Group | null)?.attrs[name]?.value;
    const list = (Array.isArray(value) ? value : [value]).map(String);
    return cset === 1 || !vlen ? list : list.map(decoded);
  }

  /** Numbers at a path, as float32. Throws `model-corrupt` for what Keras does not write, and for more than a file holds. */
  weight(path: string): KerasWeight {
    const { file_id: id } = this.file;
    const of = `weight ${shown(path)}`;
    if (this.kind(path) !== "data") throw corrupt(`${of} is missing`);
    const {
      shape,
      type,
      size,
      signed,
      littleEndian,
      chunks,
      virtual_sources: sources,
    } = this.module.get_dataset_metadata(id, path);
    if (sources !== undefined && sources.length > 0) throw corrupt(`${of} is made of other data`);
    if (this.module.get_dataset_filters(id, path).length > 0)
      throw corrupt(`${of} is packed; Keras writes plain data: unpack the file with h5repack -f NONE`);
    const lengths = shape ?? [];
    const bytes = elementCount(lengths) * size;
    if (!(bytes <= this.left) || elementCount(chunks ?? []) * size > maxModelBytes)
      throw corrupt(`${of} claims [${lengths.join(", ")}], more than the file holds`);
    this.left -= bytes;
    const read = reader(this.module, { type, size, signed });
    if (read === undefined || !littleEndian) throw corrupt(`${of} is of a type that Keras does not write`);
    const values = read(this.raw(path, bytes));
    requireNumbers(path, values, "refused");
    return { shape: lengths, values };
  }

  /** Bytes of data as they lie in the file. */
  private raw(path: string, bytes: number): ArrayBuffer {
    if (bytes === 0) return new ArrayBuffer(0);
    const pointer = this.module._malloc(bytes);
    if (pointer === 0) throw corrupt(`there is no memory for ${bytes} bytes`);
    try {
      const all = null;
      const status = this.module.get_dataset_data(this.file.file_id, path, all, all, all, BigInt(pointer));
      if (status < 0) throw corrupt(`weight ${shown(path)} cannot be read`);
      return this.module.HEAPU8.slice(pointer, pointer + bytes).buffer as ArrayBuffer;
    } finally {
      this.module._free(pointer);
    }
  }
}

/** A string whose bytes were taken for one character each. */
function decoded(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

/** Makes float32 of bytes of a type; undefined for a type that holds no numbers. */
function reader(
  { H5T_class_t: classes }: H5Module,
  { type, size, signed }: { type: number; size: number; signed: boolean },
): ((raw: ArrayBuffer) => Float32Array) | undefined {
  const isFloat = type === classes.H5T_FLOAT.value;
  if (isFloat && size === 4) return (buffer) => new Float32Array(buffer);
  if (isFloat && size === 8) return (buffer) => Float32Array.from(new Float64Array(buffer));
  if (isFloat && size === 2) return (buffer) => Float32Array.from(new Uint16Array(buffer), float16Value);
  if (type !== classes.H5T_INTEGER.value) return undefined;
  if (size === 8) return (buffer) => Float32Array.from(new BigInt64Array(buffer), Number);
  const kinds = signed
    ? { 1: Int8Array, 2: Int16Array, 4: Int32Array }
    : { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };
  const kind = kinds[size as 1 | 2 | 4];
  return kind && ((buffer) => Float32Array.from(new kind(buffer)));
}

/** Whether an error is one that the library gives for a file, not one that leaves it in disorder. */
function isOrderly(error: unknown): boolean {
  return error instanceof WasmoteError || (error instanceof Error && error.message.includes("HDF5-DIAG"));
}

/**
 * Does work on a file of HDF5, by the optional package h5wasm: the file lies in the library's own file system while that
 * lasts, in which there is no other.
 *
 * @throws `library-missing`, and `model-corrupt` for what the library cannot read
 */
export async function withHdf5<T>(bytes: Uint8Array, work: (file: Hdf5File) => T): Promise<T> {
  checkHeaps(bytes);
  const library = await loadLibrary();
  const module = await library.ready;
  const path = "/model.h5";
  try {
    module.activate_throwing_error_handler();
    return withMemoryLimit(module, module.HEAPU8.length + bytes.length + ownBytes, () => {
      module.FS.createDataFile("/", path.slice(1), bytes, true, false, true);
      const file = new library.File(path, "r");
      try {
        return work(new Hdf5File(module, file, bytes.length));
      } finally {
        file.close();
      }
    });
  } catch (error) {
    if (!isOrderly(error)) {
      broken++;
      loaded = undefined;
    }
    throw error instanceof WasmoteError ? error : corrupt(`HDF5: ${reasonOf(error)}`);
  } finally {
    if (module.FS.analyzePath(path).exists) module.FS.unlink(path);
    module.deactivate_throwing_error_handler();
  }
}
