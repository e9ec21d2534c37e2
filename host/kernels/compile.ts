import { WasmoteError } from "../errors.js";
import type { KernelLibrary } from "../link/link.js";
import { readModule } from "../link/module.js";
import { unlinkable } from "../link/references.js";

/** Sources in AssemblyScript by their paths: kernels in `kernels/`, and what they import. */
export type KernelSources = ReadonlyMap<string, string>;

/** Name of the file that exports all kernels. */
const entry = "library.ts";

/** The one function that every host of models has. */
const hostImport = "wasmote.read_weights";

const options = ["--config", "asconfig.json", "--outFile", "library.wasm"];

/** The entry: all that the files below `kernels/` export. Throws `compile-failed` where two export the same name. */
function writeEntry(sources: KernelSources): string {
  const known = new Map<string, string>();
  const files = [...sources].filter(([path]) => /^kernels\/.+\.ts$/.test(path)).sort();
  return files
    .map(([path, text]) => {
      for (const [, name = ""] of text.matchAll(/^export function (\w+)/gm)) {
        const other = known.get(name);
        if (other !== undefined)
          throw new WasmoteError("compile-failed", `${other} and ${path} both export ${name}`);
        known.set(name, path);
      }
      return `export * from "./${path.replace(/\.ts$/, "")}";\n`;
    })
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
  const { default: asc } = await import("assemblyscript/asc").catch(() => {
    throw new WasmoteError("package-missing", "assemblyscript, which compiles kernels");
  });
  const text = writeEntry(sources);
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main([entry, ...options], {
    readFile: (name) =>
      name === "asconfig.json" ? config : name === entry ? text : (sources.get(name) ?? null),
    writeFile: (name, contents) => {
      if (name === "library.wasm" && typeof contents !== "string") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) {
    throw new WasmoteError(
      "compile-failed",
      error?.message ?? "no output",
      {},
      { lines: stderr.toString().split("\n") },
    );
  }
  const foreign = readModule(wasm).imports.find(({ module, name }) => `${module}.${name}` !== hostImport);
  if (foreign !== undefined)
    throw unlinkable(`the import ${foreign.module}.${foreign.name}; kernels may import ${hostImport} only`);
  const copy = new Uint8Array(wasm);
  return { wasm: copy, sha256: new Uint8Array(await crypto.subtle.digest("SHA-256", copy)) };
}
