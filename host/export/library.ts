import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { nativeSources, wasm3Licence } from "wasm3-bindings/sources";
import { boardsFolder } from "../boards/index.js";
import { type CSource, readSource } from "./c-source.js";
import type { ExportedFiles } from "./types.js";

/** Rooms of the boards' whose C files are the library's, all of them or as they are needed. */
const rooms = { always: ["runtime"], asNeeded: ["formats", "accelerators", "accelerators/imports"] } as const;

/** The folder of wasm3's own sources in an export. */
const wasm3Folder = "third_party/wasm3";

/** Ports of wasm3, which are compiled for the processors that they are of: all of them, the folder is for any. */
const port = /^port-.*\.c$/;

/** Files that are written anew in an export. */
const written = ["abi/wasmote_config.h", "wasm3/instructions.h"];

/** What is included and not compiled ends otherwise, for those who compile all C files that they find. */
const includedEnding = ".c.inc";

interface Found {
  text: string;
  source: CSource;
}

const foldersOf = (path: string): string => posix.dirname(path);

/** Reads the C files of the boards and of wasm3 by their paths in an export. */
class Sources {
  private readonly read = new Map<string, Found>();
  private readonly wasm3 = nativeSources("wasm3");

  at(path: string): Found {
    const known = this.read.get(path);
    if (known !== undefined) return known;
    const own = path.startsWith(`${wasm3Folder}/`)
      ? join(this.wasm3, path.slice(wasm3Folder.length + 1))
      : join(boardsFolder, path);
    const text = readFileSync(own, "utf8");
    const found = { text, source: readSource(text) };
    this.read.set(path, found);
    return found;
  }

  /** Paths of the C files in a folder of the boards. */
  in(folder: string, pattern = /\.c$/): string[] {
    return readdirSync(join(boardsFolder, folder))
      .filter((name) => pattern.test(name))
      .sort()
      .map((name) => posix.join(folder, name));
  }

  /** The path of what a file includes: beside it, or one of wasm3's. */
  included(from: string, path: string): string {
    if (from.startsWith(`${wasm3Folder}/`) || /^(m3_|wasm3)[\w.]*$/.test(path))
      return `${wasm3Folder}/${path}`;
    return posix.normalize(posix.join(foldersOf(from), path));
  }

  /** A file with all that it includes, in turn. */
  withIncluded(path: string, into = new Set<string>()): Set<string> {
    if (into.has(path)) return into;
    into.add(path);
    for (const each of this.at(path).source.includes) {
      const included = this.included(path, each);
      if (this.exists(included)) this.withIncluded(included, into);
    }
    return into;
  }

  /** wasm3 names files of other builds of it, which it does not reach here. */
  private exists(path: string): boolean {
    try {
      this.at(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && path.startsWith(`${wasm3Folder}/`))
        return false;
      throw error;
    }
  }
}

/** The C files that define what some names need, in turn; processors have variants of the same: all of them. */
function closure(sources: Sources, candidates: readonly string[], names: Iterable<string>): string[] {
  const chosen = new Set<string>();
  const seen = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const path of candidates) {
      if (chosen.has(path) || !sources.at(path).source.defines.has(name)) continue;
      chosen.add(path);
      for (const each of sources.withIncluded(path)) pending.push(...sources.at(each).source.names);
    }
  }
  return [...chosen].sort();
}

/** How the C files are named that an export has under other names: of wasm3, and what is included of ours. */
function renamed(path: string, compiled: ReadonlySet<string>): string {
  return path.endsWith(".c") && !compiled.has(path)
    ? `${path.slice(0, -".c".length)}${includedEnding}`
    : path;
}

/**
 * The library's sources: what is always needed, and what accelerators need, by the names that they use.
 *
 * @param accelerators names of imports, `accel_conv_s8`
 */
export function librarySources(accelerators: readonly string[]): ExportedFiles {
  const sources = new Sources();
  const always = [...rooms.always.flatMap((room) => sources.in(room)), ...sources.in("wasm3", port)];
  const candidates = rooms.asNeeded.flatMap((room) => sources.in(room));
  const names = [
    ...accelerators.map((name) => `wasmote_${name}`),
    ...always.flatMap((path) => [...sources.at(path).source.names]),
  ];
  const compiled = new Set([...always, ...closure(sources, candidates, names)]);
  const all = new Set<string>();
  for (const path of compiled) sources.withIncluded(path, all);
  const files: ExportedFiles = {};
  for (const path of [...all].sort()) {
    if (written.includes(path)) continue;
    files[renamed(path, compiled)] = withRenamedIncludes(sources, path, compiled);
  }
  return { ...files, [`${wasm3Folder}/LICENSE`]: wasm3Licence() };
}

function withRenamedIncludes(sources: Sources, path: string, compiled: ReadonlySet<string>): string {
  return sources
    .at(path)
    .text.replace(
      /^([ \t]*#[ \t]*include[ \t]*")([^"]+\.c)(")/gm,
      (line, before: string, included: string, after: string) => {
        const to = renamed(sources.included(path, included), compiled);
        return to.endsWith(includedEnding)
          ? `${before}${included.slice(0, -2)}${includedEnding}${after}`
          : line;
      },
    );
}
