import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Block } from "../abi/block.js";
import { blocks } from "../abi/parameters.js";
import { writeAssembly } from "../abi/write-assembly.js";
import { WasmoteError } from "../errors.js";
import { addTfliteMappings } from "../import/tflite/operators/index.js";
import { compileLibrary } from "../kernels/compile.js";
import type { KernelLibrary } from "../link/link.js";
import { addLowering } from "../lower/index.js";
import { operatorTools, type UserOperator } from "../operators.js";
import { addOperator, requireFreeName } from "../ops/index.js";
import { guardOperator } from "./guard-operator.js";
import { packageSources } from "./kernel-sources.js";

/** Whether Node reads TypeScript by itself. */
const readsTypescript = Boolean((process.features as { typescript?: string | false }).typescript);

const hostPart = /\.(ts|mts|js|mjs)$/;

/**
 * Adds the operators of a folder: host parts in `ops/` (TypeScript or JavaScript), kernels in `kernels/`
 * (AssemblyScript), of which it gives a library.
 *
 * @throws `operators-invalid`, `package-missing` where a compiler is not installed, `compile-failed`,
 * `kernels-unlinkable`
 */
export async function loadUserOperators(folder: string): Promise<KernelLibrary> {
  const hostFiles = filesIn(folder, "ops", hostPart);
  const kernelFiles = filesIn(folder, "kernels", /\.ts$/);
  const loaded = await Promise.all(hostFiles.map(loadHostPart));
  const known = allBlocks(hostFiles, loaded);
  for (const [i, { operator, lowering, tflite }] of loaded.entries()) {
    try {
      requireFreeName(operator.name);
      addTfliteMappings(tflite);
      addOperator(operator);
      addLowering(lowering);
    } catch (error) {
      throw error instanceof WasmoteError ? error.at({ file: hostFiles[i] as string }) : error;
    }
  }
  const { sources, config } = packageSources();
  const all = new Map([...sources].filter(([path]) => !path.startsWith("kernels/")));
  for (const file of kernelFiles) all.set(`kernels/${basename(file)}`, readFileSync(file, "utf8"));
  all.set("parameters.ts", writeAssembly(known));
  return compileLibrary(all, config);
}

function filesIn(folder: string, part: string, ending: RegExp): string[] {
  const place = join(folder, part);
  let names: string[];
  try {
    names = readdirSync(place);
  } catch {
    throw invalid(folder, `it is no folder with ${part} in it; ops/ and kernels/ are expected`);
  }
  const files = names
    .filter((name) => ending.test(name) && !name.endsWith(".d.ts"))
    .sort()
    .map((name) => join(place, name))
    .filter((file) => statSync(file).isFile());
  if (files.length === 0) throw invalid(place, "it holds no operator");
  return files;
}

/** The package's blocks and the users'. */
function allBlocks(files: readonly string[], loaded: readonly Required<UserOperator>[]): Block[] {
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

async function loadHostPart(file: string): Promise<Required<UserOperator>> {
  const define = defaultExport(await importModule(file));
  if (typeof define !== "function")
    throw invalid(file, "its default export is no function that gives an operator");
  let made: unknown;
  try {
    made = define(operatorTools);
  } catch (error) {
    throw invalid(file, `it throws ${error}`);
  }
  return guardOperator(file, made);
}

/** A module's default export, also where a loader made CommonJS of it. */
function defaultExport(module: unknown): unknown {
  const found = (module as { default?: unknown }).default;
  return typeof found === "object" && found !== null && "default" in found ? found.default : found;
}

/**
 * Imports a module. Where Node does not read it by itself, which it does not with TypeScript before version 22.18, below
 * `node_modules`, or in a package of CommonJS, the package tsx does.
 */
async function importModule(file: string): Promise<unknown> {
  const url = pathToFileURL(resolve(file)).href;
  let reason: string;
  try {
    return await import(url);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  process.env.TSX_DISABLE_CACHE ??= "1"; // its cache would stay in the temporary folder
  const tsx = await import("tsx/esm/api").catch(() => undefined);
  if (tsx === undefined && /ts$/.test(file) && !readsTypescript) {
    throw new WasmoteError(
      "package-missing",
      `tsx, with which Node ${process.versions.node} reads ${basename(file)} (from Node 22.18 on, and for JavaScript, none is needed)`,
    );
  }
  try {
    if (tsx !== undefined) return await tsx.tsImport(url, import.meta.url);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  const hint = /\.m[jt]s$/.test(file) ? "" : "; files of import and export are named .mjs or .mts";
  throw invalid(file, `it cannot be loaded: ${reason}${hint}`);
}

function invalid(file: string | undefined, detail: string): WasmoteError {
  return new WasmoteError("operators-invalid", detail, file === undefined ? {} : { file });
}
