import { externalKinds } from "./interface.js";
import { WasmReader } from "./reader.js";
import { concatenate, encodeLeb128, encodeName, sized, vector } from "./writer.js";

const ids = { import: 2, memory: 5 } as const;

/** Bytes of a section. */
function write(id: number, contents: Uint8Array): Uint8Array {
  return concatenate([[id], sized(contents)]);
}

/**
 * A module whose own memory becomes an import, `module.name`, of at least `pages` pages: several modules then share one
 * memory, of any size. The module must be valid, have one memory of its own, and import functions only.
 * Source: WebAssembly core specification, 5.5.5 and 5.5.8.
 */
export function importMemory(wasm: Uint8Array, module: string, name: string, pages: number): Uint8Array {
  const limits = [0x00, ...encodeLeb128(pages)];
  const memory = concatenate([encodeName(module), encodeName(name), [externalKinds.memory], limits]);
  const parts: Uint8Array[] = [wasm.subarray(0, 8)];
  const reader = new WasmReader(wasm, 8);
  let written = false;
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const contents = reader.part(reader.u32());
    if (!written && id >= ids.import) {
      const given = id === ids.import ? contents.u32() : 0;
      const rest = id === ids.import ? wasm.subarray(contents.at, contents.end) : new Uint8Array(0);
      parts.push(write(ids.import, concatenate([encodeLeb128(given + 1), rest, memory])));
      written = true;
      if (id === ids.import) continue;
    }
    if (id !== ids.memory) parts.push(reader.since(start));
  }
  if (!written) parts.push(write(ids.import, vector([memory])));
  return concatenate(parts);
}
