import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Block } from "../abi/block.js";
import { blocks } from "../abi/parameters.js";
import { writeAssembly } from "../abi/write-assembly.js";
import { WasmoteError } from "../errors.js";
import { compileLibrary } from "../kernels/compile.js";
import type { KernelLibrary } from "../link/link.js";
import { operatorTools, type UserOperator } from "../operators.js";
import { addOperators } from "../ops/index.js";
import type { Cache } from "./cache.js";
import { packageSources } from "./kernel-sources.js";

const hostPart = /\.(ts|mts|js|mjs)$/;
const members = ["infer", "macs", "reference", "emit"] as const;

/**
 * Adds the operators of a folder: host parts in `ops/` (TypeScript or JavaScript), kernels in `kernels/`
 * (AssemblyScript), of which it gives a library.
 *
 * @param cache where the compiled library is kept; compiled anew without one
 * @throws `operators-invalid`, `package-missing` where a compiler is not installed, `compile-failed`,
 * `kernels-unlinkable`
 */
export async function loadUserOperators(folder: string, cache?: Cache): Promise<KernelLibrary> {
  const hostFiles = filesIn(join(folder, "ops"), hostPart);
  const kernelFiles = filesIn(join(folder, "kernels"), /\.ts$/);
  const loaded = await Promise.all(hostFiles.map(loadHostPart));
  addOperators(loaded.map(({ operator }) => operator));
  const { sources, config } = packageSources();
  const all = new Map([...sources].filter(([path]) => !path.startsWith("kernels/")));
  for (const file of kernelFiles) all.set(`kernels/${basename(file)}`, readFileSync(file, "utf8"));
  all.set("parameters.ts", writeAssembly(allBlocks(hostFiles, loaded)));
  return compileWith(cache, all, config);
}

async function compileWith(
  cache: Cache | undefined,
  sources: ReadonlyMap<string, string>,
  config: string,
): Promise<KernelLibrary> {
  const compile = async (): Promise<Uint8Array> => (await compileLibrary(sources, config)).wasm;
  const wasm = await (cache?.fetch([compilerVersion(), config, ...[...sources].flat()], compile) ??
    compile());
  return { wasm, sha256: new Uint8Array(await crypto.subtle.digest("SHA-256", wasm as BufferSource)) };
}

/** Version of the compiler that is installed; compiling says what to do where none is. */
function compilerVersion(): string {
  try {
    return (createRequire(import.meta.url)("assemblyscript/package.json") as { version: string }).version;
  } catch {
    return "none";
  }
}

function filesIn(folder: string, ending: RegExp): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw invalid(folder, "there is no such folder");
  }
  const files = names
    .filter((name) => ending.test(name) && !name.endsWith(".d.ts"))
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
  if (files.length === 0) throw invalid(folder, "it holds no operator");
  return files;
}

/** The package's blocks and the users'. */
function allBlocks(files: readonly string[], loaded: readonly UserOperator[]): Block[] {
  const known = new Set(blocks.map(({ name }) => name));
  const own = loaded.flatMap(({ parameters }, i) =>
    parameters.map((block) => {
      if (known.has(block.name)) throw invalid(files[i], `there is another block of the name ${block.name}`);
      known.add(block.name);
      return block;
    }),
  );
  return [...blocks, ...own];
}

async function loadHostPart(file: string): Promise<UserOperator> {
  const define = defaultExport(await importModule(file));
  if (typeof define !== "function")
    throw invalid(file, "its default export is no function that gives an operator");
  let made: Partial<UserOperator> | undefined;
  try {
    made = define(operatorTools) as Partial<UserOperator> | undefined;
  } catch (error) {
    throw invalid(file, `it throws ${error}`);
  }
  const { operator, parameters } = made ?? {};
  const given = operator as Partial<Record<string, unknown>> | undefined;
  const missing = [
    ...(typeof given?.name === "string" && given.name !== "" ? [] : ["operator.name"]),
    ...(typeof given?.quantization === "object" ? [] : ["operator.quantization"]),
    ...members.filter((name) => typeof given?.[name] !== "function").map((name) => `operator.${name}`),
    ...(Array.isArray(parameters) ? [] : ["parameters"]),
  ];
  if (missing.length > 0) throw invalid(file, `it gives no ${missing.join(", ")}`);
  return made as UserOperator;
}

/** A module's default export, also where a loader made CommonJS of it. */
function defaultExport(module: unknown): unknown {
  const found = (module as { default?: unknown }).default;
  return typeof found === "object" && found !== null && "default" in found ? found.default : found;
}

/** Imports a module. Where Node does not read TypeScript by itself, the package tsx does. */
async function importModule(file: string): Promise<unknown> {
  const url = pathToFileURL(resolve(file)).href;
  const native = (process.features as { typescript?: string | false }).typescript;
  try {
    if (/js$/.test(file) || native) return await import(url);
    const { tsImport } = await import("tsx/esm/api").catch(() => {
      throw new WasmoteError(
        "package-missing",
        `tsx, with which Node ${process.versions.node} reads ${basename(file)} (Node 22.18 needs none, JavaScript neither)`,
      );
    });
    return await tsImport(url, import.meta.url);
  } catch (error) {
    if (error instanceof WasmoteError) throw error;
    throw invalid(file, `it cannot be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

function invalid(file: string | undefined, detail: string): WasmoteError {
  return new WasmoteError("operators-invalid", detail, file === undefined ? {} : { file });
}
