import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { FuzzTarget } from "./target.js";

/** The folder of all targets. */
export const targetsFolder = fileURLToPath(new URL("targets", import.meta.url));

/** Names of the targets of a folder: the files in it. */
export function targetNames(folder = targetsFolder): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.slice(0, -".ts".length).split(sep).join("/"))
    .sort();
}

/** The target of a name that `targetNames` gives. */
export async function loadTarget(name: string, folder = targetsFolder): Promise<FuzzTarget> {
  const { target } = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  return target as FuzzTarget;
}
