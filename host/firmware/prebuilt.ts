import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Board } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { sha256Of } from "../files/sha256.js";
import { packageVersion } from "../tools/package-version.js";
import { describeFirmware, type Firmware, firmwareSources } from "./build.js";

/** The package that holds firmware which is built already. */
export const firmwarePackage = "@wasmote/firmware";

/** The file in it that says what it holds. */
export const firmwareListName = "firmware.json";

/** A SHA-256 as it is written in the list. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const boardEntry = z.object({
  /** What it was made of, as `firmwareSources` tells it. */
  sources: sha256,
  /** How the firmware speaks to the host, as the board's file says. */
  link: z.record(z.string(), z.unknown()),
  /** What it takes, in bytes. */
  flashBytes: z.int(),
  ramBytes: z.int(),
  /** Its files: ID/ID.elf and so on. */
  files: z.array(z.object({ name: z.string(), bytes: z.int(), sha256 })),
});

const listSchema = z.object({
  /** The version of wasmote whose firmware it is. */
  wasmote: z.string(),
  /** By the boards' names. */
  boards: z.record(z.string(), boardEntry),
});

/** What the package holds: its firmware.json. */
export type FirmwareList = z.infer<typeof listSchema>;

/** Firmware of a board in the package; or why it cannot be taken, where the package is installed. */
export type Prebuilt = { firmware: Firmware; why?: undefined } | { firmware?: undefined; why?: string };

/**
 * Looks for a board's firmware in the package, where that is installed beside wasmote or in the user's own project. It is
 * taken only where it is of this version and made of these very sources; then every file of it is checked.
 *
 * @param from folders from which the package is resolved
 * @throws `firmware-hash` where a file is missing or is not as the list says, `file-unreadable` where the list is damaged
 */
export function prebuiltFirmware(board: Board, from: readonly string[] = places()): Prebuilt {
  const folder = packageFolder(from);
  if (folder === undefined) return {};
  const list = readList(join(folder, firmwareListName));
  const version = packageVersion();
  const entry = list.boards[board.id];
  if (list.wasmote !== version) return { why: `it is of wasmote ${list.wasmote}, this is ${version}` };
  if (entry === undefined) return { why: `it has no firmware of ${board.id}` };
  if (entry.sources !== firmwareSources(board))
    return { why: `its firmware of ${board.id} is made of other sources` };
  const expected = new Map(entry.files.map((file) => [file.name, file]));
  for (const name of fileNames(board)) {
    const path = join(folder, board.id, name);
    const file = expected.get(name);
    const found = existsSync(path) ? sha256Of(readFileSync(path)) : "no file";
    if (file === undefined || found !== file.sha256) {
      throw new WasmoteError(
        "firmware-hash",
        `${found}; ${file?.sha256 ?? "a file of the list"} is expected`,
        {
          file: path,
        },
      );
    }
  }
  return { firmware: describeFirmware(board, join(folder, board.id)) };
}

/** Names of the files of a board's firmware. */
export function fileNames(board: Board): string[] {
  const uf2 = board.flashMethods.some(({ method }) => method === "uf2") ? ["uf2"] : [];
  return ["elf", "bin", "hex", ...uf2].map((ending) => `${board.id}.${ending}`);
}

function places(): string[] {
  return [dirname(fileURLToPath(import.meta.url)), process.cwd()];
}

function packageFolder(from: readonly string[]): string | undefined {
  for (const folder of from) {
    try {
      return dirname(
        createRequire(join(folder, "package.json")).resolve(`${firmwarePackage}/${firmwareListName}`),
      );
    } catch {
      // it is not installed there
    }
  }
  return undefined;
}

function readList(file: string): FirmwareList {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
  const list = listSchema.safeParse(parsed);
  if (list.success) return list.data;
  const issue = list.error.issues[0];
  throw damaged(file, `${issue?.path.join(".")}: ${issue?.message}`);
}

function damaged(file: string, what: string): WasmoteError {
  const help = `Install the package anew: npm install ${firmwarePackage}@${packageVersion()}; or build: --build.`;
  return new WasmoteError("file-unreadable", what, { file }, { help });
}
