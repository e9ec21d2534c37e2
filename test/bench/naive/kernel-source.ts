import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageKernels } from "../../../host/generate/compile.js";

const folder = dirname(fileURLToPath(import.meta.url));

/** Kernels as plain loops where there are such, else the package's own. They use linear memory from 32768 on. */
export function naiveKernels(path: string): string | undefined {
  const file = join(folder, path);
  return existsSync(file) ? readFileSync(file, "utf8") : packageKernels(path);
}
