export type { CustomSection } from "./binary/module.ts";
export { type Trap, TrapError, Wasm3Error, type Wasm3ErrorCode } from "./errors.ts";
export { Instance } from "./instance.ts";
export { type LoadOptions, load } from "./load.ts";
export { type PrepareOptions, prepareAddon } from "./load-addon.ts";
export type { ImportFunction, WasmValue } from "./native.ts";
