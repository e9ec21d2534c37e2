import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { z } from "zod";
import { WasmoteError } from "../errors.js";
import type { ExportedFiles } from "../export/index.js";
import { readRegularFile } from "../files/read.js";
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

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
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
  const entries = found === undefined ? [] : await readdir(path);
  if (entries.length > 0 && !force) throw refused(path, `it holds ${filesOf(entries.length)} already`);
  const inside = read.find((each) => resolve(each).startsWith(resolve(path) + sep));
  if (inside !== undefined)
    throw new UsageError(`${inside}, which is read, lies in ${path}`, "Give -o another folder.");
  if (entries.length === 0) return { path, earlier: {} };
  if (!entries.includes(recordName))
    throw refused(path, `it holds ${filesOf(entries.length)} and is no export: ${recordName} is not there`);
  return { path, earlier: readRecord(join(path, recordName)) };
}

/** What an earlier export wrote. Throws `export-folder` for what no export has written. */
function readRecord(path: string): Hashes {
  const text = new TextDecoder().decode(readRegularFile(path, recordBytes));
  const parsed = recordSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw refused(path, "it is no list of what an export wrote");
  return parsed.data.files;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf({ path }: ExportFolder, files: Hashes): PendingFile {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify({ version: 1, files: sorted }, undefined, 2)}\n`;
  return { path: join(path, recordName), bytes: new TextEncoder().encode(text) };
}

/** Refuses to replace what an export did not write, or what is not as it wrote it. Throws `export-changed`. */
function checkUnchanged({ path, earlier }: ExportFolder, written: readonly string[]): void {
  const all = new Set([...Object.keys(earlier), ...written]);
  const changed = [...all].filter((name) => {
    const at = join(path, name);
    return existsSync(at) && sha256(readRegularFile(at)) !== earlier[name];
  });
  if (changed.length === 0) return;
  const more = changed.length > listed ? `, and ${changed.length - listed} more` : "";
  throw new WasmoteError("export-changed", `${changed.slice(0, listed).join(", ")}${more}`, { file: path });
}

/**
 * Writes all files of an export in the place of the earlier one's, of which nothing stays; or leaves a folder that was not
 * there as it was: absent. Gives the number of files.
 *
 * @throws `export-changed`, `file-unwritable`
 */
export async function writeExport(folder: ExportFolder, exported: ExportedFiles): Promise<number> {
  const { path, earlier } = folder;
  const files = Object.entries(exported).map(([name, contents]) => ({
    name,
    path: join(path, name),
    bytes: typeof contents === "string" ? new TextEncoder().encode(contents) : contents,
  }));
  const hashes = Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes)]));
  checkUnchanged(folder, Object.keys(hashes));
  const left = Object.keys(earlier).filter((name) => !Object.hasOwn(hashes, name));
  const wasThere = existsSync(path);
  try {
    for (const each of new Set(files.map((file) => dirname(file.path)))) await makeFolder(each);
    // What is to be removed stays in the record until it is.
    await writeFilesAtomically([...files, recordOf(folder, { ...earlier, ...hashes })]);
  } catch (error) {
    if (!wasThere) await rm(path, { recursive: true, force: true });
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
    const emptied = await rmdir(join(folder, around)).then(
      () => true,
      () => false,
    );
    if (!emptied) return;
  }
}
