import { WasmoteError } from "../errors.js";
import type { KernelLibrary } from "../link/link.js";
import { readModule } from "../link/module.js";

/** Sources in AssemblyScript by their paths: kernels in `kernels/`, and what they import. */
export type KernelSources = ReadonlyMap<string, string>;

/** Name of the file that exports all kernels. */
const entry = "library.ts";

const options = ["--config", "asconfig.json", "--outFile", "library.wasm"];

/** The entry: all that the files in `kernels/` export. */
function writeEntry(sources: KernelSources): string {
  return [...sources.keys()]
    .filter((path) => /^kernels\/[^/]+\.ts$/.test(path))
    .sort()
    .map((path) => `export * from "./${path.replace(/\.ts$/, "")}";\n`)
    .join("");
}

/**
 * Compiles all kernels into one library with AssemblyScript's compiler, in this process. The same sources give the same
 * bytes with the same compiler.
 *
 * @param config text of `asconfig.json`
 * @throws `package-missing` where the package `assemblyscript` is not installed, `compile-failed`, `kernels-unlinkable`
 */
export async function compileLibrary(sources: KernelSources, config: string): Promise<KernelLibrary> {
  const { default: asc } = await import("assemblyscript/asc").catch((error: unknown) => {
    throw new WasmoteError(
      "package-missing",
      `assemblyscript, which compiles kernels (${error instanceof Error ? error.message : error})`,
    );
  });
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main([entry, ...options], {
    readFile: (name) =>
      name === "asconfig.json" ? config : name === entry ? writeEntry(sources) : (sources.get(name) ?? null),
    writeFile: (name, contents) => {
      if (name === "library.wasm" && typeof contents !== "string") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) {
    throw new WasmoteError("compile-failed", `${error?.message ?? "no output"}\n${stderr.toString()}`);
  }
  readModule(wasm);
  const copy = new Uint8Array(wasm);
  return { wasm: copy, sha256: new Uint8Array(await crypto.subtle.digest("SHA-256", copy)) };
}
