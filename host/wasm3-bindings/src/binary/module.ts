import { blockNesting, passConstant } from "./instructions.ts";
import { BinaryReader } from "./reader.ts";
import { unsupported } from "./unsupported.ts";

/** A WebAssembly number type. */
export type ValueType = "i32" | "i64" | "f32" | "f64";

/** A function's parameters and results. */
export interface Signature {
  parameters: ValueType[];
  results: ValueType[];
}

/** An imported function. */
export interface FunctionImport {
  module: string;
  name: string;
  signature: Signature;
}

/** A global variable. */
export interface Global {
  type: ValueType;
  mutable: boolean;
}

/** A section that engines ignore. */
export interface CustomSection {
  name: string;
  /** Its contents, without the name. */
  bytes: Uint8Array;
}

/** What is to be known of a module before it is loaded. */
export interface ModuleLayout {
  imports: FunctionImport[];
  /** The signature of every function, imported ones first. */
  functions: Signature[];
  globals: Global[];
  memory?: { initialPages: number; maximumPages?: number };
  exportedFunctions: Map<string, number>;
  exportedGlobals: Map<string, number>;
  customSections: CustomSection[];
  /** How deep blocks nest, at most. */
  blockNesting: number;
  /** The module without its custom sections. */
  code: Uint8Array;
}

const valueTypes: Record<number, ValueType> = { 127: "i32", 126: "i64", 125: "f32", 124: "f64" };
const preambleBytes = 8;

function valueType(reader: BinaryReader): ValueType {
  const code = reader.byte();
  return valueTypes[code] ?? unsupported(`values of type 0x${code.toString(16)} (vectors or references)`);
}

function list<T>(reader: BinaryReader, item: (reader: BinaryReader) => T): T[] {
  const items: T[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(item(reader));
  return items;
}

function signature(reader: BinaryReader): Signature {
  if (reader.byte() !== 0x60) unsupported("types other than functions");
  return { parameters: list(reader, valueType), results: list(reader, valueType) };
}

function limits(reader: BinaryReader, what: string): { initialPages: number; maximumPages?: number } {
  const flags = reader.byte();
  if (flags > 1) unsupported(`a ${what} that is shared or of 64-bit addresses`);
  const initialPages = reader.u32();
  return flags === 1 ? { initialPages, maximumPages: reader.u32() } : { initialPages };
}

type SectionReader = (section: BinaryReader, layout: ModuleLayout, types: Signature[]) => void;

const readImports: SectionReader = (section, layout, types) => {
  for (let left = section.u32(); left > 0; left--) {
    const module = section.name();
    const name = section.name();
    const kind = section.byte();
    if (kind !== 0) unsupported(`the import ${module}.${name}, which is no function`);
    const imported = types[section.u32()] as Signature;
    if (imported.results.length > 1)
      unsupported(`the import ${module}.${name}, which has more than one result`);
    layout.imports.push({ module, name, signature: imported });
    layout.functions.push(imported);
  }
};

const readTables: SectionReader = (section) => {
  const tables = section.u32();
  if (tables > 1) unsupported("more than one table");
  if (tables === 1) {
    if (section.byte() !== 0x70) unsupported("tables of other things than functions");
    limits(section, "table");
  }
};

const readExports: SectionReader = (section, layout) => {
  for (let left = section.u32(); left > 0; left--) {
    const name = section.name();
    const kind = section.byte();
    const index = section.u32();
    if (kind === 0) layout.exportedFunctions.set(name, index);
    if (kind === 3) layout.exportedGlobals.set(name, index);
  }
};

const readElements: SectionReader = (section) => {
  for (let left = section.u32(); left > 0; left--) {
    if (section.u32() !== 0) unsupported("passive, declared or typed element segments");
    passConstant(section);
    for (let functions = section.u32(); functions > 0; functions--) section.skipLeb();
  }
};

const readData: SectionReader = (section) => {
  for (let left = section.u32(); left > 0; left--) {
    if (section.u32() !== 0) unsupported("passive data segments or several memories");
    passConstant(section);
    section.skip(section.u32());
  }
};

const readers: Record<number, SectionReader> = {
  1: (section, _layout, types) => {
    types.push(...list(section, signature));
  },
  2: readImports,
  3: (section, layout, types) => {
    for (let left = section.u32(); left > 0; left--) layout.functions.push(types[section.u32()] as Signature);
  },
  4: readTables,
  5: (section, layout) => {
    const memories = section.u32();
    if (memories > 1) unsupported("several memories");
    if (memories === 1) layout.memory = limits(section, "memory");
  },
  6: (section, layout) => {
    for (let left = section.u32(); left > 0; left--) {
      const type = valueType(section);
      layout.globals.push({ type, mutable: section.byte() === 1 });
      passConstant(section);
    }
  },
  7: readExports,
  8: () => {},
  9: readElements,
  10: (section, layout) => {
    for (let left = section.u32(); left > 0; left--) {
      layout.blockNesting = Math.max(layout.blockNesting, blockNesting(section.part(section.u32())));
    }
  },
  11: readData,
  12: () => {},
};

/**
 * Reads a module that the engine has found valid. Throws "unsupported" if it needs anything that wasm3 does
 * not have, so that wasm3 is given nothing else.
 */
export function readModule(bytes: Uint8Array): ModuleLayout {
  const layout: ModuleLayout = {
    imports: [],
    functions: [],
    globals: [],
    exportedFunctions: new Map(),
    exportedGlobals: new Map(),
    customSections: [],
    blockNesting: 1,
    code: bytes,
  };
  const types: Signature[] = [];
  const kept: Uint8Array[] = [bytes.subarray(0, preambleBytes)];
  const module = new BinaryReader(bytes, preambleBytes);
  while (!module.done) {
    const start = module.position;
    const id = module.byte();
    const section = module.part(module.u32());
    if (id === 0) {
      layout.customSections.push({ name: section.name(), bytes: section.rest() });
      continue;
    }
    const read = readers[id] ?? unsupported(`a section of kind ${id}`);
    read(section, layout, types);
    kept.push(bytes.subarray(start, module.position));
  }
  layout.code = Buffer.concat(kept);
  return layout;
}
