import { WasmoteError } from "../errors.js";
import type { OpenedModule } from "../package/open.js";
import type { LocalRunner, RunnerOptions } from "../run/types.js";
import { readWholeFile } from "./files.js";

/** A built model's file, opened. */
export interface ModuleFile extends OpenedModule {
  wasm: Uint8Array;
}

/** Reads and opens a `.wasm` built by wasmote. Throws `file-unreadable`, `file-empty` and `module-*`. */
export async function readModuleFile(path: string): Promise<ModuleFile> {
  const wasm = await readWholeFile(path);
  const { openModule } = await import("../package/open.js");
  try {
    return { wasm, ...openModule(wasm) };
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file: path }) : error;
  }
}

/** Opens the runner named by `--on`. Throws `board-unknown`, `tier-unavailable`, `addon-missing`. */
export async function openRunnerFor(
  on: string,
  file: ModuleFile,
  options: RunnerOptions,
): Promise<LocalRunner> {
  const { openRunner } = await import("../run/index.js");
  return openRunner(on, file.wasm, file, options);
}
