import { WasmoteError } from "../errors.js";
import type { OpenedModule } from "../package/open.js";
import type { LocalRunner, Tier } from "../run/types.js";
import { readWholeFile } from "./files.js";
import type { Output } from "./output.js";

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
    const { isModel } = await import("../import/index.js");
    if (isModel(path, wasm)) {
      const help = `Build it first: \`wasmote build ${path} -o NAME.wasm\`, then give NAME.wasm.`;
      throw new WasmoteError("module-invalid", "it is a model that is not built yet", { file: path }, help);
    }
    throw error instanceof WasmoteError ? error.at({ file: path }) : error;
  }
}

/** Opens the runner named by `--on`. Throws `board-unknown`, `tier-unavailable`, `addon-missing`. */
export async function openRunnerFor(
  on: string,
  tier: Tier | undefined,
  file: ModuleFile,
  output: Output,
): Promise<LocalRunner> {
  const { openRunner } = await import("../run/index.js");
  if (on === "wasm3") {
    const { prepareWasm3 } = await import("../run/wasm3.js");
    const { whenEnding } = await import("../tools/ending.js");
    const onCompile = (): void => output.progress("compiling wasm3 for this machine");
    await prepareWasm3({ onCompile, whenEnding });
  }
  return openRunner(on, file.wasm, file, tier);
}
