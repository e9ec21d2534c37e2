import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { percent, thousands } from "./figures.js";
import { refuseOverwriting, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { encryptedLines, encryptOption, sealFor } from "./key-files.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface DiffOptions {
  out: string;
  encryptTo?: string[];
  json?: boolean;
}

const help = `
A board that has the old model makes the new one from it and the patch, with its memory of 1 KB, block by block: an update that
was interrupted goes on where it was. The patch is of no use for any other old file; it is checked by applying it.`;

/** Adds the command `diff` to the program. */
export function registerDiff(program: Command, output: Output): void {
  const command = program
    .command("diff")
    .description("Make a patch that turns a model that a board has into a new one.")
    .argument("<old>", "the .wasm that the board has")
    .argument("<new>", "the .wasm that it is to have")
    .requiredOption("-o, --out <file>", "the patch to write")
    .addOption(encryptOption())
    .option("--json", "print the sizes as JSON")
    .action((old: string, next: string, options: DiffOptions) => diff(old, next, options, output));
  addHelp(command, help);
}

async function diff(oldPath: string, newPath: string, options: DiffOptions, output: Output): Promise<void> {
  const seal = await sealFor(options.encryptTo);
  await refuseOverwriting(
    [oldPath, newPath, ...(options.encryptTo ?? [])],
    [options.out],
    "Give --out another name.",
  );
  const old = (await readModuleFile(oldPath)).wasm;
  const next = (await readModuleFile(newPath)).wasm;
  if (Buffer.compare(old, next) === 0)
    throw new WasmoteError("patch-needless", "they have the same bytes", { file: `${oldPath}, ${newPath}` });
  const { applyPatch, makePatch } = await import("../delta/index.js");
  output.progress(`comparing ${oldPath} and ${newPath}`);
  const patch = makePatch(old, next);
  if (Buffer.compare(applyPatch(old, patch), next) !== 0) throw new Error("the patch gives another file");
  const written = seal(patch);
  await writeFilesAtomically([{ path: options.out, bytes: written }]);
  const share = patch.length / next.length;
  if (options.json)
    output.json({
      oldBytes: old.length,
      newBytes: next.length,
      patchBytes: patch.length,
      share,
      fileBytes: written.length,
    });
  else {
    const whole = `${thousands(old.length)} -> ${thousands(next.length)} bytes`;
    output.data([
      `patch  ${thousands(patch.length)} bytes  ${percent(patch.length, next.length)} of the new file; files: ${whole}`,
      ...encryptedLines(options.encryptTo, written),
    ]);
  }
  output.talk(`wrote ${options.out}`);
}
