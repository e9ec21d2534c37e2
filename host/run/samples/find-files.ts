import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { WasmoteError } from "../../errors.js";
import { maxFolderDepth, maxSampleFiles } from "../../files/limits.js";
import { fileError } from "../../files/system-errors.js";
import { compareNames } from "./natural-order.js";

/** A file that was named, or found in a folder that was. */
export interface FoundFile {
  path: string;
  /** The path that was named. */
  root: string;
  /** The folder that it was found in; absent where it was named itself. */
  folder?: string;
  /** Names of the folders between the one that was named and the file. */
  folders: readonly string[];
}

/**
 * The file of that path; of a folder, all files below it that are wanted, at any depth. Files and folders of a folder come
 * in the order of `compareNames`. Those whose names begin with a dot are left alone. Links are followed, but not to a
 * folder that they lie in.
 *
 * @param isWanted by the file's name
 * @throws `file-unreadable`; `calibration-invalid` for more than `maxSampleFiles` files
 */
export function findFiles(root: string, isWanted: (name: string) => boolean): FoundFile[] {
  if (!reading(root, () => statSync(root).isDirectory())) return [{ path: root, root, folders: [] }];
  const found: FoundFile[] = [];
  const walk = (folder: string, folders: readonly string[], around: readonly string[]): void => {
    const real = reading(folder, () => realpathSync(folder));
    if (around.includes(real)) return;
    if (folders.length > maxFolderDepth) {
      throw new WasmoteError("calibration-invalid", `folders nested deeper than ${maxFolderDepth}`, {
        file: folder,
      });
    }
    for (const { name, isFolder } of entriesOf(folder)) {
      const path = join(folder, name);
      if (isFolder) walk(path, [...folders, name], [...around, real]);
      else if (isWanted(name)) found.push({ path, root, folder, folders });
    }
    if (found.length > maxSampleFiles) {
      throw new WasmoteError("calibration-invalid", `a folder of more than ${maxSampleFiles} files`, {
        file: root,
      });
    }
  };
  walk(root, [], []);
  return found;
}

function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  return reading(folder, () => readdirSync(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith("."))
    .sort((a, b) => compareNames(a.name, b.name))
    .map((entry) => ({ name: entry.name, isFolder: isFolder(folder, entry) }));
}

/** Whether an entry is a folder, or a link to one. A link to nothing is none. */
function isFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(join(folder, entry.name)).isDirectory();
  } catch {
    return false;
  }
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fileError("file-unreadable", error, file);
  }
}
