import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nativeSources } from "wasm3-bindings/sources";
import { boardsFolder, type NativeProgram, nativeFolder } from "./compile.js";

/** What the accelerators' imports are compiled from on this machine, without an interpreter. */
export function acceleratorImports(): NativeProgram {
  const folder = join(boardsFolder, "accelerators");
  const own = readdirSync(folder).filter((file) => file.endsWith(".c") && file !== "link.c");
  return {
    sources: [join(nativeFolder, "accelerator_calls.c"), ...own.map((file) => join(folder, file))],
    folders: [folder, join(boardsFolder, "firmware"), nativeSources("wasm3")],
  };
}
