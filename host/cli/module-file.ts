import { WasmoteError } from "../errors.js";
import { type FileKind, fileKind, isText, kindNames } from "../files/kinds.js";
import { readWholeFile } from "../files/read.js";
import type { OpenedModule } from "../package/open.js";
import type { LocalRunner, RunnerOptions } from "../run/types.js";
import type { Output } from "./output.js";

/** A built model's file, opened. */
export interface ModuleFile extends OpenedModule {
  wasm: Uint8Array;
}

/** Reads and opens a `.wasm` built by wasmote. Throws `file-unreadable`, `file-empty` and `module-*`. */
export async function readModuleFile(path: string): Promise<ModuleFile> {
  const wasm = readWholeFile(path);
  requireModule(wasm, path);
  const { openModule } = await import("../package/open.js");
  try {
    return { wasm, ...openModule(wasm) };
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file: path }) : error;
  }
}

/** Kinds of files that are no model, of which nothing is built. */
const otherKinds: readonly FileKind[] = [
  ...(["png", "jpg", "bmp", "gif", "webp", "wav", "npy", "npz", "safetensors", "gguf"] as const),
  ...(["patch", "sealed", "zip", "gzip", "tar", "elf", "pdf", "html", "lfs"] as const),
];

/** Throws where the content shows another kind of file: `module-unbuilt` for a model, else `module-invalid`. */
function requireModule(bytes: Uint8Array, file: string): void {
  const kind = fileKind(bytes);
  if (kind === "wasm") return;
  const text = isText(bytes);
  const json = text && (file.toLowerCase().endsWith(".json") || bytes[0] === "{".charCodeAt(0));
  const name = kind !== undefined ? kindNames[kind] : json ? "JSON" : text ? "plain text" : undefined;
  if (name === undefined) return;
  const unbuilt = json || (kind !== undefined && !otherKinds.includes(kind));
  const help = unbuilt
    ? `Build it first: \`wasmote build ${file} -o NAME.wasm\`, then give NAME.wasm.`
    : "Name a .wasm built by `wasmote build`.";
  throw new WasmoteError(unbuilt ? "module-unbuilt" : "module-invalid", `it is ${name}`, { file }, { help });
}

/** Opens the runner named by `--on`. Throws `board-unknown`, `tier-unavailable`, `addon-missing`. */
export async function openRunnerFor(
  on: string,
  file: ModuleFile,
  options: RunnerOptions,
  output: Output,
): Promise<LocalRunner> {
  const { openRunner } = await import("../run/index.js");
  if (on === "wasm3") {
    const { prepareWasm3 } = await import("../run/wasm3.js");
    const { whenEnding } = await import("../tools/ending.js");
    const onCompile = (): void => output.progress("compiling wasm3 for this machine");
    await prepareWasm3({ onCompile, whenEnding });
  }
  return openRunner(on, file.wasm, file, options);
}
