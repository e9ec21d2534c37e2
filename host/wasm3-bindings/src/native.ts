import { createRequire } from "node:module";
import { Wasm3Error } from "./errors.ts";

/** An instance inside the addon. */
export type Handle = { readonly handle: unique symbol };

/** A value of WebAssembly's numeric types: i64 is a bigint, the others are numbers. */
export type WasmValue = number | bigint;

/** A function that a module imports. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a result is most often typed void
export type ImportFunction = (...args: WasmValue[]) => WasmValue | void;

/**
 * native/addon.c. A string is an error (see errorFromNative). Nothing here checks its arguments' types.
 */
export interface Addon {
  create(
    binary: Uint8Array,
    original: Uint8Array,
    memoryBytes: number,
    memoryPages: number,
    stackBytes: number,
    blockNesting: number,
    superinstructions: number,
  ): Handle | string;
  linkImport(handle: Handle, functionIndex: number): string | undefined;
  linkReadWeights(handle: Handle, functionIndex: number): string | undefined;
  /** The accelerator's bit, or 0 if there is none of that name. */
  linkAccelerator(handle: Handle, functionIndex: number, name: string): number | string;
  start(handle: Handle, imports: readonly (ImportFunction | undefined)[]): string | undefined;
  call(
    handle: Handle,
    imports: readonly (ImportFunction | undefined)[],
    functionIndex: number,
    ...args: WasmValue[]
  ): WasmValue | string | undefined;
  memory(handle: Handle): ArrayBuffer | undefined;
  runtimeBytes(handle: Handle): number;
  fusedSequences(handle: Handle): number;
  getGlobal(handle: Handle, index: number): WasmValue;
  setGlobal(handle: Handle, index: number, value: WasmValue): boolean;
  dispose(handle: Handle): boolean;
}

let loaded: Addon | undefined;

/** The addon, loaded at first use. Throws "not-built" if it is not there or cannot be loaded. */
export function addon(): Addon {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)("../build/Release/wasm3_bindings.node") as Addon;
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      throw new Wasm3Error(
        "not-built",
        "The wasm3 addon is not built for this Node. Build it with: npm rebuild wasm3-bindings " +
          "(needs a C++ compiler, make and python3). npm 12 runs install scripts only of packages that are " +
          "approved; there, first: npm install-scripts approve wasm3-bindings",
        reason,
      );
    }
  }
  return loaded;
}
