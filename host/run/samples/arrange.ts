import { basename, dirname } from "node:path";
import { WasmoteError } from "../../errors.js";
import { fileEnding } from "../tensor-files/read-array.js";
import { archiveEnding } from "./archive.js";
import type { FoundFile } from "./find-files.js";

/** Where samples lie: what was named, and the names of the folders below it. */
export interface SamplePlace {
  path: string;
  root: string;
  folders: readonly string[];
}

/** What holds samples: a file of one input, an archive of all inputs, or a folder with a file for each input. */
export type Holder = SamplePlace & ({ kind: "file" | "archive" } | { kind: "folder"; files: string[] });

const inputName = /^input_(\d+)\.[^.]+$/i;
const numberOf = (path: string): number | undefined => {
  const digits = inputName.exec(basename(path))?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * What files that were found are, for a model of so many inputs. Those of a folder that holds `input_0.*`, `input_1.*`, ...
 * are one holder, and its other files are left alone. For a model of one input that is a folder with `input_0.*` alone:
 * more of that kind are samples which have these names.
 *
 * @returns them in the order of the files; `arrange` itself throws nothing, `inputFiles` does for a folder
 */
export function arrange(found: readonly FoundFile[], inputCount: number): Holder[] {
  const folders = new Map<string, string[]>();
  for (const { path, folder } of found) {
    if (folder === undefined || numberOf(path) === undefined) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  if (inputCount === 1) {
    for (const [folder, files] of folders)
      if (files.some((path) => numberOf(path) !== 0)) folders.delete(folder);
  }
  const done = new Set<string>();
  const holders: Holder[] = [];
  for (const { path, root, folder, folders: names } of found) {
    const files = folder === undefined ? undefined : folders.get(folder);
    if (folder === undefined || files === undefined) {
      const kind = fileEnding(path) === archiveEnding ? "archive" : "file";
      holders.push({ kind, path, root, folders: names });
    } else if (!done.has(folder)) {
      done.add(folder);
      holders.push({ kind: "folder", path: folder, root, folders: names.slice(0, -1), files });
    }
  }
  return holders;
}

/** The files of a folder that is one holder, in the inputs' order. Throws `calibration-invalid` where one is missing. */
export function inputFiles(files: readonly string[], inputCount: number): string[] {
  const fail = (detail: string): never => {
    throw new WasmoteError(
      "calibration-invalid",
      detail,
      { file: dirname(files[0]!) },
      {
        help: `Give each folder of a sample one file for each input: input_0 to input_${inputCount - 1}.`,
      },
    );
  };
  const extra = files.find((path) => numberOf(path)! >= inputCount);
  if (extra !== undefined) fail(`${basename(extra)}, for a model of ${inputCount} inputs`);
  return Array.from({ length: inputCount }, (_, i) => {
    const own = files.filter((path) => numberOf(path) === i);
    if (own.length === 0) fail(`no input_${i} beside ${files.map((path) => basename(path)).join(", ")}`);
    if (own.length > 1) fail(`${own.map((path) => basename(path)).join(" and ")}, for one input`);
    return own[0]!;
  });
}
