import { posix } from "node:path";
import { WasmoteError } from "../../errors.js";
import type { Exported, ExportedFiles } from "../types.js";

const { basename, dirname, join, relative } = posix;

/** Folders of an export: of the headers that programs include, and of all other sources. */
export interface Folders {
  headers: string;
  sources: string;
}

/** Sources where an ecosystem wants them. */
export interface LaidOut {
  files: ExportedFiles;
  /** Files to be compiled, in order, by their paths in the export, each with its path in the library (a model's: its name). */
  compiled: readonly { path: string; from: string }[];
  /** Names of the headers that programs include: wasmote.h first. */
  headers: string[];
}

const publicHeader = "runtime/wasmote.h";

/** Models as C arrays. Throws `export-storage` where they are files: nothing here could read one. */
function arraysOf({ models, modelFiles }: Exported): ExportedFiles {
  const files: ExportedFiles = {};
  for (const model of models) {
    const own = modelFiles(model);
    if (!Object.keys(own).some((path) => path.endsWith(".c")))
      throw new WasmoteError("export-storage", `${model.symbol} is to be a file`);
    Object.assign(files, own);
  }
  return files;
}

/**
 * The library and its models, laid out for an ecosystem. Every source keeps its folder below `sources`, and names what it
 * includes by a path from where it stands itself: no folder but `headers` is to be given to the compiler, so that names such
 * as `state.h` cannot be taken for another library's.
 */
export function layOut(of: Exported, folders: Folders): LaidOut {
  const models = arraysOf(of);
  const { library } = of;
  const places = new Map<string, string>();
  for (const from of pathsOf(library)) places.set(from, placeOf(from, folders));
  for (const from of pathsOf(models))
    places.set(from, join(isHeader(from) ? folders.headers : folders.sources, from));
  const includes = includeFinder(places);
  const files: ExportedFiles = {};
  for (const [from, contents] of Object.entries({ ...library, ...models })) {
    files[places.get(from) as string] =
      typeof contents === "string" && isSource(from) ? withIncludes(contents, from, includes) : contents;
  }
  const compiled = [...places]
    .filter(([from]) => from.endsWith(".c"))
    .map(([from, path]) => ({ from, path }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files,
    compiled,
    headers: [basename(publicHeader), ...pathsOf(models).filter(isHeader)],
  };
}

const pathsOf = (files: ExportedFiles): string[] => Object.keys(files).sort();
const isHeader = (path: string): boolean => path.endsWith(".h");
const isSource = (path: string): boolean => /\.(h|c|inc)$/.test(path);

/** Where a file of the library goes: licences and the like, that lie in no folder, stay outside of all. */
function placeOf(from: string, { headers, sources }: Folders): string {
  if (from === publicHeader) return join(headers, basename(from));
  return from.includes("/") ? join(sources, from) : from;
}

/** Finds what is included: beside the file that includes it, or anywhere by its name. Gives a path from there. */
function includeFinder(places: ReadonlyMap<string, string>): (from: string, included: string) => string {
  const byName = new Map<string, string | undefined>();
  for (const from of places.keys()) {
    const name = basename(from);
    byName.set(name, byName.has(name) ? undefined : from);
  }
  return (from, included) => {
    const beside = join(dirname(from), included);
    const found = places.has(beside) ? beside : byName.get(basename(included));
    if (found === undefined) return included;
    return relative(dirname(places.get(from) as string), places.get(found) as string);
  };
}

function withIncludes(text: string, from: string, find: (from: string, included: string) => string): string {
  return text.replace(
    /^([ \t]*#[ \t]*include[ \t]*)"([^"\n]+)"/gm,
    (_, directive: string, included: string) => `${directive}"${find(from, included)}"`,
  );
}
