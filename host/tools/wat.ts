import { WasmoteError } from "../errors.js";
import { encodeCustomSection } from "../wasm/sections.js";
import { concatenate, encodeLeb128, encodeName, sized, vector } from "../wasm/writer.js";

/** Id of the functions' names within the section `name`. Source: WebAssembly core specification, 7.4.1. */
const functionNameSubsection = 1;

/** What is used of the package `wabt`. */
interface Wabt {
  readWasm(
    bytes: Uint8Array,
    options: { readDebugNames: boolean },
  ): {
    applyNames(): void;
    toText(options: { foldExprs: boolean; inlineExport: boolean }): string;
    destroy(): void;
  };
}

/** The package `wabt`. Throws `package-missing` where it is not installed. */
export async function requireWabt(): Promise<{ default: () => Promise<Wabt> }> {
  return (await import("wabt").catch(() => {
    throw new WasmoteError("package-missing", "wabt, which writes WebAssembly text");
  })) as unknown as { default: () => Promise<Wabt> };
}

/**
 * A module in WebAssembly's text format.
 *
 * @param names of its functions by number, where they have any
 * @throws `package-missing` where the package `wabt` is not installed
 */
export async function writeWat(code: Uint8Array, names: readonly (string | undefined)[]): Promise<string> {
  const { default: start } = await requireWabt();
  const entries = names.flatMap((name, index) =>
    name === undefined ? [] : [concatenate([encodeLeb128(index), encodeName(name)])],
  );
  const section = concatenate([[functionNameSubsection], sized(vector(entries))]);
  const named = concatenate([code, encodeCustomSection("name", section)]);
  const module = (await start()).readWasm(named, { readDebugNames: true });
  try {
    module.applyNames();
    return module.toText({ foldExprs: false, inlineExport: false });
  } finally {
    module.destroy();
  }
}
