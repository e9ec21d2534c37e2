import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KernelSources } from "../kernels/compile.js";

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

/** The kernels of this package: every file below `assembly/`, and the compiler's options. */
export function packageSources(): { sources: KernelSources; config: string } {
  const folder = join(packageRoot, "assembly");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .sort();
  return {
    sources: new Map(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")])),
    config: readFileSync(join(packageRoot, "asconfig.json"), "utf8"),
  };
}
