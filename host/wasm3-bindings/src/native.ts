import { loadAddon } from "./load-addon.ts";

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
  /** From now on, code that still runs after so many milliseconds traps; 0 for never. */
  stopAfter(handle: Handle, milliseconds: number): void;
  dispose(handle: Handle): boolean;
}

let loaded: Addon | undefined;

/**
 * The addon, loaded at first use, and compiled where there is none for this machine.
 * Throws "not-built" if that cannot be done.
 */
export function addon(): Addon {
  loaded ??= loadAddon();
  return loaded;
}
