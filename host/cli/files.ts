import { randomBytes } from "node:crypto";
import { open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { WasmoteError } from "../errors.js";
import { readFileWithin, reason } from "../files/read.js";
import type { ReadFile } from "../import/index.js";

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

/** A file to be written. */
export interface PendingFile {
  path: string;
  bytes: Uint8Array;
}

/**
 * Writes files so that each is either complete or untouched: to a new file in the same folder, then renamed. All are
 * written before the first is renamed. What is no regular file (a pipe, /dev/stdout) is written to as it is.
 * Throws `file-unwritable`; then nothing new stays behind.
 */
export async function writeFilesAtomically(files: readonly PendingFile[]): Promise<void> {
  const staged: { temporary: string; target: string }[] = [];
  let current = "";
  try {
    for (const { path, bytes } of files) {
      current = path;
      const target = await existingTarget(path);
      if (target.kind === "stream") {
        await writeTo(target.path, "w", bytes);
        continue;
      }
      const temporary = join(
        dirname(target.path),
        `.${basename(target.path)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`,
      );
      staged.push({ temporary, target: target.path });
      await writeTo(temporary, "wx", bytes);
    }
    for (const { temporary, target } of staged) {
      current = target;
      await rename(temporary, target);
    }
  } catch (error) {
    await Promise.all(staged.map(({ temporary }) => unlink(temporary).catch(() => undefined)));
    throw new WasmoteError("file-unwritable", reason(error), { file: current });
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
  if (found.isDirectory()) throw new Error("it is a folder");
  return found.isFile() ? { path: await realpath(path), kind: "file" } : { path, kind: "stream" };
}

async function writeTo(path: string, flags: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}
