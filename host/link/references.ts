import { WasmoteError } from "../errors.js";
import { type Reference, readCode } from "../wasm/code.js";
import type { WasmReader } from "../wasm/reader.js";

/** The error for what cannot be linked. */
export function unlinkable(found: string): WasmoteError {
  return new WasmoteError("kernels-unlinkable", found);
}

/**
 * The references of a function's code, locals included, in order. `code` stands at its start and is read to its end.
 *
 * @throws `kernels-unlinkable` at an instruction that `readCode` does not know
 */
export function readReferences(code: WasmReader): Reference[] {
  const references: Reference[] = [];
  readCode(code, { reference: (found) => references.push(found), unknown: unlinkable });
  return references;
}
