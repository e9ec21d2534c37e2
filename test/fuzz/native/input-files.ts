import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where programs keep the inputs of findings. */
export const findings = "out/fuzz";

/** Has inputs of a program lie in files, in their order, while it is used; nothing of them is left behind. */
export function withInputFiles(
  inputs: readonly (Uint8Array | string)[],
  use: (files: readonly string[]) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-fuzz-"));
  try {
    const files = inputs.map((input, i) => {
      const file = join(folder, `${i}`);
      writeFileSync(file, input);
      return file;
    });
    mkdirSync(findings, { recursive: true });
    use(files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
