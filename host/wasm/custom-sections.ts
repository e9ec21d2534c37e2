import { WasmReader } from "./reader.js";
import { concatenate, encodeName, sized } from "./writer.js";

/** A custom section of a WebAssembly module. */
export interface CustomSection {
  name: string;
  bytes: Uint8Array;
  /** Where the bytes start in the file. */
  offset: number;
  /** Bytes of the whole section: its id, lengths and name with its contents. */
  sectionBytes: number;
}

/** Bytes of a custom section. */
export function encodeCustomSection(name: string, contents: Uint8Array): Uint8Array {
  return concatenate([[0], sized(concatenate([encodeName(name), contents]))]);
}

/**
 * Walks a module's sections and lists the custom ones. The module must be valid (`WebAssembly.validate`), so that
 * every length in it holds.
 */
export function customSections(module: Uint8Array): CustomSection[] {
  const sections: CustomSection[] = [];
  const reader = new WasmReader(module, 8);
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const contents = reader.part(reader.u32());
    if (id !== 0) continue;
    const name = contents.name();
    sections.push({
      name,
      bytes: module.subarray(contents.at, contents.end),
      offset: contents.at,
      sectionBytes: contents.end - start,
    });
  }
  return sections;
}
