import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "..");
let told = false;

/**
 * Folder of the real models with golden outputs, which are no part of the project: the environment variable
 * WASMOTE_MODELS, else `../shared/models` beside the project. Undefined where it is absent, which is said once on
 * stderr: the tests that need it are then skipped.
 */
export function sharedModels(): string | undefined {
  const folder = resolve(projectRoot, process.env.WASMOTE_MODELS ?? "../shared/models");
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
  if (!told) console.error("SKIPPED: tests on real models, for want of their folder (set WASMOTE_MODELS)");
  told = true;
  return undefined;
}
