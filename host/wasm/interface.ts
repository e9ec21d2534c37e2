import { WasmReader } from "./reader.js";
import { listSections } from "./sections.js";

/** Kinds of imports and exports. Source: WebAssembly core specification, 5.5.5 and 5.5.10. */
export const externalKinds = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** Bytes of a page of linear memory. */
export const pageBytes = 65536;

/** What a module takes and offers. */
export interface ModuleInterface {
  imports: { name: string; kind: number }[];
  /** The exports by name; a function with its type as the specification encodes it, without its leading 0x60. */
  exports: Map<string, { kind: number; type: Uint8Array | undefined }>;
  /** Its memory in pages; undefined where it has none of its own. */
  memory: { minimum: number; maximum: number | undefined } | undefined;
  /** Whether code runs as it is instantiated. */
  hasStart: boolean;
  hasTable: boolean;
}

/**
 * Reads a module's interface. The module must be valid (`WebAssembly.validate`). Imports behind one that is no function
 * are not read.
 */
export function readInterface(module: Uint8Array): ModuleInterface {
  const sections = new Map(listSections(module).map((section) => [section.name, section.bytes]));
  const read = <T>(section: string, item: (reader: WasmReader) => T): T[] => {
    const bytes = sections.get(section);
    return bytes === undefined ? [] : new WasmReader(bytes).vector(item);
  };
  const types = read("type", readType);
  const imports = readImports(sections.get("import"));
  const functions = [...imports.map(({ type }) => type), ...read("function", (reader) => reader.u32())];
  const exports = read("export", (reader) => {
    const [name, kind, index] = [reader.name(), reader.byte(), reader.u32()];
    const type = kind === externalKinds.function ? types[functions[index] ?? -1] : undefined;
    return [name, { kind, type }] as const;
  });
  return {
    imports,
    exports: new Map(exports),
    memory: read("memory", readLimits)[0],
    hasStart: sections.has("start"),
    hasTable: sections.has("table"),
  };
}

/** A function type; of another kind of type, which a later WebAssembly has, nothing is known, nor of those behind it. */
function readType(reader: WasmReader): Uint8Array {
  if (reader.byte() !== 0x60) throw new RangeError("a type that is no function's");
  const start = reader.at;
  for (let lists = 2; lists > 0; lists--) reader.vector((item) => item.byte());
  return reader.since(start);
}

function readImports(bytes: Uint8Array | undefined): { name: string; kind: number; type: number }[] {
  const imports: { name: string; kind: number; type: number }[] = [];
  if (bytes === undefined) return imports;
  const reader = new WasmReader(bytes);
  for (let left = reader.u32(); left > 0; left--) {
    const name = `${reader.name()}.${reader.name()}`;
    const kind = reader.byte();
    if (kind !== externalKinds.function) return [...imports, { name, kind, type: -1 }];
    imports.push({ name, kind, type: reader.u32() });
  }
  return imports;
}

function readLimits(reader: WasmReader): { minimum: number; maximum: number | undefined } {
  const flags = reader.byte();
  if (flags > 1) throw new RangeError("a memory that is shared or of 64-bit addresses");
  return { minimum: reader.u32(), maximum: flags === 1 ? reader.u32() : undefined };
}
