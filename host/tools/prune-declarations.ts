/**
 * Removes from dist the declarations that none of the package's entry points leads to: nobody can import them.
 * Run: node --import tsx host/tools/prune-declarations.ts
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: unknown };

/** Declarations that the package's `exports` name, at any depth. */
function entries(of: unknown): string[] {
  if (typeof of === "string") return of.endsWith(".d.ts") ? [join(root, of)] : [];
  return typeof of === "object" && of !== null ? Object.values(of).flatMap(entries) : [];
}

const reached = new Set<string>();
function follow(file: string): void {
  if (reached.has(file) || !existsSync(file)) return;
  reached.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\(|import)\s*"(\.[^"]+)"/g))
    follow(join(dirname(file), (path as string).replace(/\.js$/, ".d.ts")));
}

for (const entry of entries(exports)) follow(entry);
const dist = join(root, "dist");
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const file = join(dist, name);
  if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}
