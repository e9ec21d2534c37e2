import { lstatSync, type Stats } from "node:fs";
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { z } from "zod";
import { WasmoteError } from "../errors.js";
import type { ExportedFiles } from "../export/index.js";
import { parseJson } from "../files/json.js";
import { readRegularFile } from "../files/read.js";
import { sha256Of } from "../files/sha256.js";
import { fileError } from "../files/system-errors.js";
import { UsageError } from "./errors.js";
import { makeFolder, type PendingFile, writeFilesAtomically } from "./files.js";

/** Names what an export wrote, so that the next one can replace precisely that. */
export const recordName = "wasmote-export.json";

/** A path in the folder, with `/`: of names that do not lead out of it. */
const inFolder = z.string().regex(/^(?!\.{1,2}(\/|$))[^/\\\0:]+(\/(?!\.{1,2}(\/|$))[^/\\\0:]+)*$/);
const recordSchema = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of each file by its path. */
  files: z.record(inFolder, z.string().regex(/^[0-9a-f]{64}$/)),
});
type Hashes = Readonly<Record<string, string>>;

/** A folder that an export may be written to. */
export interface ExportFolder {
  path: string;
  /** What the earlier export wrote there, by paths; none where there was none. */
  earlier: Hashes;
}

/** The most that a record may have: some ten times what the longest has. */
const recordBytes = 1 << 20;
/** So many names are listed in an error. */
const listed = 5;

const filesOf = (count: number): string => `${count} ${count === 1 ? "file" : "files"}`;
const refused = (file: string, why: string): WasmoteError => new WasmoteError("export-folder", why, { file });

/**
 * Refuses a folder that holds anything, unless that is an earlier export that may be replaced, and one that holds what is
 * read.
 *
 * @throws `export-folder`
 */
export async function exportFolder(
  path: string,
  read: readonly string[],
  force: boolean,
): Promise<ExportFolder> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw refused(path, error.message);
  });
  if (found !== undefined && !found.isDirectory()) throw refused(path, "it is no folder");
  const entries = found === undefined ? [] : await readdir(path, { withFileTypes: true });
  if (entries.length > 0 && !force) throw refused(path, `it holds ${filesOf(entries.length)} already`);
  const inside = read.find((each) => resolve(each).startsWith(resolve(path) + sep));
  if (inside !== undefined)
    throw new UsageError(`${inside}, which is read, lies in ${path}`, "Give -o another folder.");
  if (entries.length === 0) return { path, earlier: {} };
  const record = entries.find(({ name }) => name === recordName);
  if (record === undefined)
    throw refused(path, `it holds ${filesOf(entries.length)} and is no export: ${recordName} is not there`);
  if (!record.isFile()) throw refused(path, `${recordName} is no regular file`);
  return { path, earlier: readRecord(join(path, recordName)) };
}

/** What an earlier export wrote. Throws `export-folder` for what no export has written. */
function readRecord(path: string): Hashes {
  const parsed = recordSchema.safeParse(jsonOf(readRegularFile(path, recordBytes)));
  if (!parsed.success) throw refused(path, "it is no list of what an export wrote");
  return parsed.data.files;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch {
    return undefined;
  }
}

function recordOf({ path }: ExportFolder, files: Hashes): PendingFile {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify({ version: 1, files: sorted }, undefined, 2)}\n`;
  return { path: join(path, recordName), bytes: new TextEncoder().encode(text) };
}

/** What is at a path itself, links not followed; undefined where nothing is. Throws `file-unreadable`. */
function foundAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError("file-unreadable", error, path);
  }
}

/**
 * What of a file's path is not as an export leaves it: the file itself, or what is in the place of a folder around it;
 * undefined where all that is there is. A link is never what an export wrote.
 */
function changedAt({ path, earlier }: ExportFolder, name: string): string | undefined {
  const ends = [...name.matchAll(/\//g)].map(({ index }) => index);
  for (const around of ends.map((end) => name.slice(0, end))) {
    const found = foundAt(join(path, around));
    if (found === undefined) return undefined;
    if (!found.isDirectory()) return around;
  }
  const at = join(path, name);
  const found = foundAt(at);
  if (found === undefined) return undefined;
  return found.isFile() && sha256Of(readRegularFile(at)) === earlier[name] ? undefined : name;
}

/**
 * Refuses to replace what an export did not write, or what is not as it wrote it, and to write through links in the folder.
 *
 * @throws `export-changed`, `file-unreadable`
 */
function checkUnchanged(folder: ExportFolder, written: readonly string[]): void {
  const { path, earlier } = folder;
  const all = new Set([...Object.keys(earlier), ...written]);
  const changed = [...new Set([...all].flatMap((name) => changedAt(folder, name) ?? []))];
  if (changed.length === 0) return;
  const more = changed.length > listed ? `, and ${changed.length - listed} more` : "";
  throw new WasmoteError("export-changed", `${changed.slice(0, listed).join(", ")}${more}`, { file: path });
}

/** Those of the folders, and of the folders around them, that are not there: the inner ones first. */
function absentFolders(paths: Iterable<string>): string[] {
  const absent = new Set<string>();
  for (const path of paths) {
    for (let at = path; !absent.has(at) && foundAt(at) === undefined; at = dirname(at)) absent.add(at);
  }
  return [...absent].sort((a, b) => b.length - a.length);
}

/**
 * Writes all files of an export in the place of the earlier one's, of which nothing stays. Where that fails, folders that
 * were not there are absent again. Gives the number of files.
 *
 * @throws `export-changed`, `file-unreadable`, `file-unwritable`
 */
export async function writeExport(folder: ExportFolder, exported: ExportedFiles): Promise<number> {
  const { path, earlier } = folder;
  const files = Object.entries(exported).map(([name, contents]) => ({
    name,
    path: join(path, name),
    bytes: typeof contents === "string" ? new TextEncoder().encode(contents) : contents,
  }));
  const hashes = Object.fromEntries(files.map(({ name, bytes }) => [name, sha256Of(bytes)]));
  checkUnchanged(folder, Object.keys(hashes));
  const left = Object.keys(earlier).filter((name) => !Object.hasOwn(hashes, name));
  const folders = new Set(files.map((file) => dirname(file.path)));
  const absent = absentFolders([path, ...folders]);
  try {
    for (const each of folders) await makeFolder(each);
    // What is to be removed stays in the record until it is.
    await writeFilesAtomically([...files, recordOf(folder, { ...earlier, ...hashes })]);
  } catch (error) {
    if (absent.includes(path)) await rm(path, { recursive: true, force: true });
    for (const each of absent) await removeEmpty(each);
    throw error;
  }
  for (const name of left) await removeFile(path, name);
  if (left.length > 0) await writeFilesAtomically([recordOf(folder, hashes)]);
  return files.length + 1;
}

/** Removes a file of the folder, and the folders around it that then are empty. */
async function removeFile(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { force: true });
  for (let around = dirname(name); around !== "."; around = dirname(around)) {
    if (!(await removeEmpty(join(folder, around)))) return;
  }
}

/** Removes a folder that is empty; false where it is not, or cannot be removed. */
function removeEmpty(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}
