import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WasmoteError } from "../errors.js";

/** The package's root folder, from the sources as from the compiled files. */
export const packageRoot = findRoot();

function findRoot(): string {
  let folder = fileURLToPath(new URL("..", import.meta.url));
  while (!existsSync(join(folder, "asconfig.json"))) {
    const parent = join(folder, "..");
    if (parent === folder) throw new Error("asconfig.json is missing from the package");
    folder = parent;
  }
  return folder;
}

/** Where the compiler finds the kernels: a file's text by its path below `assembly/`, or undefined. */
export type KernelSource = (path: string) => string | undefined;

/** The kernels of this package. */
export const packageKernels: KernelSource = (path) => {
  const file = join(packageRoot, "assembly", path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

/**
 * Every file of the program: the entry and, transitively, the kernel files that it imports, by path. Two programs
 * with the same files compile to the same code.
 */
export function collectFiles(entry: string, kernels: KernelSource): Map<string, string> {
  const files = new Map([["model.ts", entry]]);
  const pending: string[] = ["model.ts"];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const [, target] of (files.get(path) ?? "").matchAll(/\bfrom "(\.[^"]*)"/g)) {
      const resolved = join(path, "..", `${target}.ts`);
      if (files.has(resolved)) continue;
      const text = kernels(resolved);
      if (text === undefined) throw new Error(`${path} imports ${resolved}, which is missing`);
      files.set(resolved, text);
      pending.push(resolved);
    }
  }
  return files;
}

/** Text of the compiler's options: `asconfig.json` of the package. */
export function compilerOptions(): string {
  return readFileSync(join(packageRoot, "asconfig.json"), "utf8");
}

/**
 * Functions that stay functions of their own, by their names in Binaryen, which are their paths: the entry's, and all
 * that it imports. An interpreter that compiles a function when it is first called then neither meets an import that
 * its host lacks nor spends memory on a kernel that an accelerator replaces.
 */
function separateFunctions(entry: string): string[] {
  const imports = [...entry.matchAll(/^import \{([^}]*)\} from "\.\/([^"]*)"/gm)];
  return [
    "model/*",
    ...imports.flatMap(([, names = "", path]) => names.split(",").map((name) => `${path}/${name.trim()}`)),
  ];
}

/** What AssemblyScript's compiler gives its transforms of the Binaryen module that it has compiled to. */
interface Binaryen {
  setPassArgument(key: string, value: string): void;
  clearPassArguments(): void;
}

/** A transform of AssemblyScript's compiler that keeps Binaryen from inlining the functions of these names. */
function keepSeparate(functions: readonly string[]): object {
  return class {
    /** Set on the prototype by AssemblyScript's compiler. */
    declare readonly binaryen: Binaryen;

    afterCompile(module: { runPasses(passes: string[]): void }): void {
      for (const name of functions) {
        this.binaryen.setPassArgument("no-inline", name);
        module.runPasses(["no-inline"]);
      }
      this.binaryen.clearPassArguments();
    }
  };
}

/**
 * Compiles a program's files with AssemblyScript's compiler, in this process.
 *
 * @param files as `collectFiles` gives them; the entry is `model.ts`
 * @param memoryPages pages of 64 KiB of linear memory, fixed
 * @returns a WebAssembly module that exports `memory` and `run`
 * @throws `compile-failed`
 */
export async function compile(files: ReadonlyMap<string, string>, memoryPages: number): Promise<Uint8Array> {
  const { default: asc } = await import("assemblyscript/asc");
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      "model.ts",
      "--config",
      "asconfig.json",
      "--outFile",
      "model.wasm",
      "--initialMemory",
      String(memoryPages),
      "--maximumMemory",
      String(memoryPages),
    ],
    {
      readFile: (name) => (name === "asconfig.json" ? compilerOptions() : (files.get(name) ?? null)),
      writeFile: (name, contents) => {
        if (name === "model.wasm" && typeof contents !== "string") wasm = contents;
      },
      listFiles: () => [],
      transforms: [keepSeparate(separateFunctions(files.get("model.ts") ?? "")) as never],
    },
  );
  if (error !== null || wasm === undefined) {
    throw new WasmoteError("compile-failed", `${error?.message ?? "no output"}\n${stderr.toString()}`);
  }
  return wasm;
}
