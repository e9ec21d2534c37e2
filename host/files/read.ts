import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { WasmoteError } from "../errors.js";
import { fileTooLarge, maxFileBytes } from "./limits.js";
import { fileError } from "./system-errors.js";

/**
 * Reads a regular file: what is a pipe, a device or a folder is refused without waiting for it.
 *
 * @param limit its largest size in bytes; a larger file is refused before it is read
 * @throws `file-unreadable`, `file-too-large`
 */
export function readRegularFile(path: string, limit = maxFileBytes): Uint8Array {
  return withRegularFile(path, (file, size) => {
    if (size > limit) throw fileTooLarge(size, limit, path);
    return readBytes(file, 0, size);
  });
}

/** Reads a part of a regular file. */
export type ReadPart = (path: string, from: number, length: number) => FilePart;

/** A part of a file. */
export interface FilePart {
  /** Fewer than were asked for where the file ends before. */
  bytes: Uint8Array;
  /** Bytes of the whole file. */
  size: number;
}

/**
 * Reads a part of a regular file of any size, as `readRegularFile` reads a whole one.
 *
 * @throws `file-unreadable`
 */
export function readPart(path: string, from: number, length: number): FilePart {
  return withRegularFile(path, (file, size) => {
    const bytes = readBytes(file, from, Math.max(0, Math.min(length, size - from)));
    return { bytes, size };
  });
}

/** Does work on an opened regular file. Throws `file-unreadable`. */
function withRegularFile<T>(path: string, work: (file: number, size: number) => T): T {
  try {
    // Without O_NONBLOCK, opening a pipe waits for somebody who writes to it.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = fstatSync(file);
      if (!found.isFile())
        throw new WasmoteError("file-unreadable", `${kindOf(found)}, no regular file`, { file: path });
      return work(file, found.size);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof WasmoteError ? error : fileError("file-unreadable", error, path);
  }
}

/** Reads a regular file that is not empty. Throws as `readRegularFile` does, and `file-empty`. */
export function readWholeFile(path: string, limit = maxFileBytes): Uint8Array {
  const bytes = readRegularFile(path, limit);
  if (bytes.length === 0) throw new WasmoteError("file-empty", "0 bytes", { file: path });
  return bytes;
}

/**
 * Reads a regular file of a folder, links followed to what lies in the folder too.
 *
 * @throws `file-unreadable`, `file-too-large`
 */
export function readFileWithin(folder: string, path: string, limit = maxFileBytes): Uint8Array {
  const real = realPath(path);
  const from = relative(realPath(folder), real);
  if (isAbsolute(from) || from === ".." || from.startsWith(`..${sep}`)) {
    throw new WasmoteError("file-unreadable", `a link to ${real}, outside of the model's folder`, {
      file: path,
    });
  }
  try {
    return readRegularFile(real, limit);
  } catch (error) {
    throw error instanceof WasmoteError ? new WasmoteError(error.code, error.detail, { file: path }) : error;
  }
}

/** Reads the standard input to its end. Throws `file-empty`, `file-too-large`. */
export async function readStandardInput(limit = maxFileBytes): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Uint8Array);
    length += (chunk as Uint8Array).length;
    if (length > limit) throw fileTooLarge(length, limit, "standard input");
  }
  if (length === 0) throw new WasmoteError("file-empty", "0 bytes", { file: "standard input" });
  return new Uint8Array(Buffer.concat(chunks));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw fileError("file-unreadable", error, path);
  }
}

function readBytes(file: number, from: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = readSync(file, bytes, at, size - at, from + at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "it is a folder";
  if (found.isFIFO()) return "it is a pipe";
  if (found.isSocket()) return "it is a socket";
  return "it is a device";
}
