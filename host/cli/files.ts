import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, open, realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { WasmoteError } from "../errors.js";
import { readFileWithin } from "../files/read.js";
import { fileError } from "../files/system-errors.js";
import type { ReadFile } from "../import/index.js";
import { whenEnding } from "../tools/ending.js";
import { UsageError } from "./errors.js";

/**
 * A synchronous reader for the importer that keeps the list of what it read, all of it in the model's folder.
 * Throws `file-unreadable`, `file-too-large`.
 */
export function recordingReader(modelPath: string, read: string[]): ReadFile {
  return (path, limit) => {
    const bytes = readFileWithin(dirname(modelPath), path, limit);
    read.push(path);
    return bytes;
  };
}

/** Permissions of a file with a secret: its owner reads and writes it, nobody else. */
export const privateMode = 0o600;

/** A file to be written. */
export interface PendingFile {
  path: string;
  bytes: Uint8Array;
  /** Permissions, where they are not the usual ones. */
  mode?: number;
}

/**
 * Writes files so that each is either complete or untouched: to a new file in the same folder, then renamed. All are
 * written before the first is renamed. What is no regular file (a pipe, /dev/stdout) is written to as it is.
 * Throws `file-unwritable`; then nothing new stays behind.
 */
export async function writeFilesAtomically(files: readonly PendingFile[]): Promise<void> {
  const staged: { temporary: string; target: string }[] = [];
  const removeStaged = (): void => {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
  };
  const callOff = whenEnding(removeStaged);
  let current = "";
  try {
    for (const { path, bytes, mode } of files) {
      current = path;
      const target = await existingTarget(path);
      if (target.kind === "stream") {
        await writeTo(target.path, "w", bytes, mode);
        continue;
      }
      const temporary = join(
        dirname(target.path),
        `.${basename(target.path)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`,
      );
      staged.push({ temporary, target: target.path });
      await writeTo(temporary, "wx", bytes, mode);
    }
    for (const { temporary, target } of staged) {
      current = target;
      await rename(temporary, target);
    }
  } catch (error) {
    removeStaged();
    throw fileError("file-unwritable", error, current);
  } finally {
    callOff();
  }
}

/** Writes a file that is not there yet; false where it is. Throws `file-unwritable`; then nothing stays behind. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    const callOff = whenEnding(() => rmSync(path, { force: true }));
    try {
      await file.writeFile(bytes);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      callOff();
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw fileError("file-unwritable", error, path);
  }
}

/** Whether two paths name one file, links resolved; false where either does not exist. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  if (resolve(a) === resolve(b)) return true;
  try {
    const [first, second] = await Promise.all([stat(a), stat(b)]);
    return first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}

async function existingTarget(path: string): Promise<{ path: string; kind: "file" | "stream" }> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return { path, kind: "file" };
  if (found.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
  return found.isFile() ? { path: await realpath(path), kind: "file" } : { path, kind: "stream" };
}

async function writeTo(
  path: string,
  flags: string,
  bytes: Uint8Array,
  mode: number | undefined,
): Promise<void> {
  const file = await open(path, flags, mode);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

/** Makes a folder, and those around it. Throws `file-unwritable`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileError("file-unwritable", error, path);
  }
}

/**
 * Refuses to write what was read, and to write a file twice.
 *
 * @param help names the option that says where is written
 */
export async function refuseOverwriting(
  read: readonly string[],
  written: readonly string[],
  help: string,
): Promise<void> {
  for (const [i, target] of written.entries()) {
    // What was read is there: a file that is not there is none of it, however much was read.
    const exists = (await stat(resolve(target)).catch(() => undefined)) !== undefined;
    for (const source of exists ? read : []) {
      if (await sameFile(source, target)) {
        throw new UsageError(`${target} would overwrite ${source}, which is read`, help);
      }
    }
    for (const other of written.slice(0, i)) {
      if (await sameFile(other, target)) throw new UsageError(`${target} would be written twice`, help);
    }
  }
}

/** Does work on a file, whose errors then name it. */
export async function withFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file }) : error;
  }
}
