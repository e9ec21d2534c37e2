import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { projectRoot } from "../shared-models.js";

/**
 * The folder of single-operator models: WASMOTE_OPERATORS, else `../shared/ops` beside the project. Undefined where it is
 * absent, which is said.
 */
export function operatorFolder(): string | undefined {
  const folder = resolve(projectRoot, process.env.WASMOTE_OPERATORS ?? "../shared/ops");
  if (existsSync(folder)) return folder;
  console.error("SKIPPED: single operators, for want of their folder (set WASMOTE_OPERATORS)");
  return undefined;
}
