import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileLibrary } from "../../../host/kernels/compile.js";
import type { KernelLibrary } from "../../../host/link/link.js";
import { packageSources } from "../../../host/tools/kernel-sources.js";

const folder = join(dirname(fileURLToPath(import.meta.url)), "kernels");

/**
 * A library with the kernels that there are as plain loops, which use linear memory from 32768 on.
 *
 * @param others kernels of the package besides, by their files' stems
 */
export function naiveKernels(others: readonly string[] = []): Promise<KernelLibrary> {
  const { sources, config } = packageSources();
  const used = [...sources].filter(
    ([path]) => !path.startsWith("kernels/") || others.some((stem) => path.endsWith(`/${stem}.ts`)),
  );
  const plain = readdirSync(folder).map(
    (name) => [`kernels/${name}`, readFileSync(join(folder, name), "utf8")] as const,
  );
  return compileLibrary(new Map([...used, ...plain]), config);
}
