import { WasmReader } from "../wasm/reader.js";

/** A section of a WebAssembly module. */
export interface Section {
  /** Its kind, or a custom section's own name. */
  name: string;
  /** Where its contents start in the file. */
  offset: number;
  /** Size of its contents. */
  bytes: number;
}

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

/**
 * Lists all sections of a module that is valid (`WebAssembly.validate`), in the file's order.
 * Source: WebAssembly core specification, 5.5.2.
 */
export function listSections(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  const reader = new WasmReader(module, 8);
  while (!reader.done) {
    const id = reader.byte();
    const contents = reader.part(reader.u32());
    const name = id === 0 ? contents.name() : (kinds[id] ?? `section ${id}`);
    sections.push({ name, offset: contents.at, bytes: contents.end - contents.at });
  }
  return sections;
}
