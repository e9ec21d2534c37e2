import { Wasm3Error } from "../errors.ts";

/** Throws "unsupported": what the module has, and what wasm3 can do. */
export function unsupported(found: string): never {
  throw new Wasm3Error(
    "unsupported",
    `The module is valid, but uses ${found}, which wasm3 does not have. ` +
      "It runs WebAssembly 1.0 with sign extension, saturating conversion, multi-value blocks, memory.copy and memory.fill.",
  );
}
