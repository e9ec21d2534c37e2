import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Programs of these names that stand in for real ones: each notes its arguments, and ends as it is told. */
export class FakeTools {
  readonly folder = mkdtempSync(join(tmpdir(), "wasmote-tools-"));
  readonly #path = process.env.PATH;

  constructor() {
    process.env.PATH = this.folder;
  }

  /** Puts a program into PATH, which then holds nothing but such programs. */
  add(name: string, exitCode = 0, says = ""): void {
    const file = join(this.folder, name);
    const notes = join(this.folder, `${name}.arguments`);
    const body = `printf '%s\\n' "$@" > '${notes}'\necho '${says}'\nexit ${exitCode}`;
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** What the program was called with, last; undefined if it never was. */
  argumentsOf(name: string): string[] | undefined {
    const notes = join(this.folder, `${name}.arguments`);
    return existsSync(notes) ? readFileSync(notes, "utf8").split("\n").slice(0, -1) : undefined;
  }

  remove(): void {
    process.env.PATH = this.#path;
    rmSync(this.folder, { recursive: true });
  }
}
