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
    const notes = join(this.folder, `${name}.arguments`);
    this.script(name, `printf '%s\\n' "$@" > '${notes}'\necho '${says}'\nexit ${exitCode}`);
  }

  /** Puts a program into PATH that does this, in the shell's language. */
  script(name: string, body: string): void {
    const file = join(this.folder, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /**
   * Puts what firmware is built with into PATH. Nothing is compiled: the files of a board have no contents but an ELF
   * header. `first` is done at each build.
   */
  addFirmwareTools(board: string, first = ":"): void {
    const elf = join(this.folder, "empty.elf");
    const header = Buffer.alloc(52);
    header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1]);
    writeFileSync(elf, header);
    const copies = ["elf", "bin", "hex", "map"].map((ending) => `/bin/cp '${elf}' "$2/${board}.${ending}"`);
    this.script("cmake", `[ "$1" = --build ] || exit 0\n${first}\n${copies.join("\n")}`);
    for (const name of ["make", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"])
      this.script(name, 'echo "$0"');
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
