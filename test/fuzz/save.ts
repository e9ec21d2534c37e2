import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FuzzInput } from "./target.js";

/** Writes the files of a case below the folder of findings and gives the folder that they are in. */
export function saveInput(
  { name, seed, findings }: { name: string; seed: number; findings: string },
  index: number,
  input: FuzzInput,
): string {
  const folder = join(findings, `${name.replaceAll("/", "-")}-${seed}-${index}`);
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(input)) writeFileSync(join(folder, file), bytes);
  return folder;
}
