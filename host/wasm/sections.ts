import { WasmReader } from "./reader.js";
import { concatenate, encodeName, sized } from "./writer.js";

/** A section of a WebAssembly module. */
export interface Section {
  custom: boolean;
  /** Its kind, or a custom section's own name. */
  name: string;
  /** Its contents, without a custom section's name. */
  bytes: Uint8Array;
  /** Where the bytes start in the file. */
  offset: number;
  /** Bytes of the whole section: its id, lengths and name with its contents. */
  sectionBytes: number;
}

/** Whether bytes begin as every WebAssembly module does. */
export function isWasm(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

const magic = [0x00, 0x61, 0x73, 0x6d];

const kinds = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
];

/** Bytes of a custom section. */
export function encodeCustomSection(name: string, contents: Uint8Array): Uint8Array {
  return concatenate([[0], sized(concatenate([encodeName(name), contents]))]);
}

/**
 * Lists a module's sections in the file's order. The module must be valid (`WebAssembly.validate`), so that every length
 * in it holds. Source: WebAssembly core specification, 5.5.2.
 */
export function listSections(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  const reader = new WasmReader(module, 8);
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const contents = reader.part(reader.u32());
    const name = id === 0 ? contents.name() : (kinds[id] ?? `section ${id}`);
    const bytes = module.subarray(contents.at, contents.end);
    sections.push({ custom: id === 0, name, bytes, offset: contents.at, sectionBytes: contents.end - start });
  }
  return sections;
}

/** A module's custom sections. The module must be valid. */
export function customSections(module: Uint8Array): Section[] {
  return listSections(module).filter(({ custom }) => custom);
}
