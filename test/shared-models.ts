import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const told = new Set<string>();

/**
 * A folder beside the project: what an environment variable names, else one of `../shared`. Undefined where it is absent,
 * which is said once on stderr: the tests that need it are then skipped.
 */
function sharedFolder(variable: string, name: string, tests: string): string | undefined {
  const folder = resolve(projectRoot, process.env[variable] ?? `../shared/${name}`);
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
  if (!told.has(variable))
    console.error(`SKIPPED: tests on ${tests}, for want of their folder (set ${variable})`);
  told.add(variable);
  return undefined;
}

/** Folder of the real models with golden outputs, which are no part of the project (`WASMOTE_MODELS`), if it is there. */
export function sharedModels(): string | undefined {
  return sharedFolder("WASMOTE_MODELS", "models", "real models");
}

/** Folder of the models of one operator with the outputs of TFLM's kernels (`WASMOTE_OPERATORS`), if it is there. */
export function sharedOperators(): string | undefined {
  return sharedFolder("WASMOTE_OPERATORS", "ops", "models of one operator");
}
