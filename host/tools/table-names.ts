import { WasmReader } from "../wasm/reader.js";
import { encodeCustomSection, listSections } from "../wasm/sections.js";
import { concatenate } from "../wasm/writer.js";

/** Name of the section that holds the names of the functions in a module's table, by their places, one a line. */
export const tableNamesSection = "wasmote.table";

const [elementKind, nameKind] = ["element", "name"];
/** The part of a name section that holds the names of functions. */
const functionNames = 1;

/** Names of functions by their numbers. Source: WebAssembly core specification, 7.4. */
function readFunctionNames(section: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  const reader = new WasmReader(section);
  while (!reader.done) {
    const id = reader.byte();
    const part = reader.part(reader.u32());
    if (id === functionNames) part.vector((entry) => names.set(entry.u32(), entry.name()));
  }
  return names;
}

/** Numbers of the functions in a table that one segment fills, as wasm-ld writes it: `i32.const first`, then the functions. */
function readTable(section: Uint8Array): { first: number; functions: number[] } {
  const reader = new WasmReader(section);
  if (reader.u32() !== 1 || reader.u32() !== 0 || reader.byte() !== 0x41)
    throw new Error("the probe's table is not filled by one segment");
  const first = reader.u32();
  reader.byte();
  return { first, functions: reader.vector((entry) => entry.u32()) };
}

/**
 * The same module with the names of the functions in its table in place of all other names, as far as they are wasm3's
 * operations and what compiles its instructions.
 *
 * @throws an Error where it has no names or another table
 */
export function withTableNames(module: Uint8Array): Uint8Array {
  const sections = listSections(module);
  const [table, names] = [elementKind, nameKind].map((kind) => sections.find(({ name }) => name === kind));
  if (table === undefined || names === undefined) throw new Error("the probe has no table or no names");
  const { first, functions } = readTable(table.bytes);
  const named = readFunctionNames(names.bytes);
  const lines = functions.map((number) => {
    const name = named.get(number) ?? "";
    return /^(op|Compile)_/.test(name) ? name : "";
  });
  const text = [...Array.from({ length: first }, () => ""), ...lines].join("\n");
  const kept = sections
    .filter(({ custom }) => !custom)
    .map(({ offset, bytes, sectionBytes }) =>
      module.subarray(offset + bytes.length - sectionBytes, offset + bytes.length),
    );
  return concatenate([
    module.subarray(0, 8),
    ...kept,
    encodeCustomSection(tableNamesSection, new TextEncoder().encode(text)),
  ]);
}
