import { WasmoteError } from "../errors.js";

/** What an error of the system means, and the next step where that of the error table does not fit. */
const systemErrors: Readonly<Record<string, { reason: string; help?: string }>> = {
  ENOENT: { reason: "it, or its folder, does not exist" },
  EACCES: { reason: "permission denied" },
  EPERM: { reason: "permission denied" },
  EISDIR: { reason: "it is a folder", help: "Name a file." },
  ENOTDIR: { reason: "a part of its path is no folder", help: "Correct the path." },
  EEXIST: { reason: "a part of its path is no folder", help: "Correct the path." },
  ENAMETOOLONG: { reason: "its name or path is too long", help: "Give a shorter one." },
  ELOOP: { reason: "its links lead in a circle", help: "Correct the links." },
  ENOSPC: { reason: "the disk is full", help: "Make room on the disk, or write to another one." },
  EDQUOT: { reason: "the user's quota of the disk is used up", help: "Make room, or write to another disk." },
  EFBIG: {
    reason: "it would be larger than files may be here",
    help: "Raise the limit (ulimit -f), or write to another file system.",
  },
  EROFS: { reason: "the file system is read-only", help: "Write to another file system." },
  EMFILE: { reason: "too many files are open", help: "Raise the limit of open files (ulimit -n)." },
  ENFILE: { reason: "too many files are open on this machine", help: "End other programs, and try again." },
  ENXIO: { reason: "it is a socket, or a device that is not there", help: "Name a file." },
  EIO: { reason: "the device failed", help: "Check the disk or the connection, and try again." },
  ETXTBSY: { reason: "it is a program that runs", help: "End that program, or give another name." },
};

/** The error for a file that cannot be read or written, from what the system says. */
export function fileError(
  code: "file-unreadable" | "file-unwritable",
  error: unknown,
  file: string,
): WasmoteError {
  const name = (error as NodeJS.ErrnoException).code;
  const known = name === undefined ? undefined : systemErrors[name];
  const otherwise = name ?? (error instanceof Error ? error.message : String(error));
  return new WasmoteError(code, known?.reason ?? otherwise, { file }, known);
}

/** Calls of the system that read, as far as nothing else says what for: files to write are opened elsewhere. */
const readingCalls = ["open", "read", "scandir", "stat", "lstat", "access", "realpath", "readlink"];

/**
 * What the system refused, as an error of the table: a full disk is no defect, wherever it is met. Anything else stays
 * as it is.
 */
export function withoutSystemErrors(error: unknown): unknown {
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || syscall === undefined) return error;
  if (!Object.hasOwn(systemErrors, code)) return error;
  const reads = readingCalls.includes(syscall);
  return fileError(reads ? "file-unreadable" : "file-unwritable", error, path ?? syscall);
}
