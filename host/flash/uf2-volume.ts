import { existsSync, readdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import type { FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import type { Flasher, FlashTask } from "./flasher.js";

/** A mounted volume of a UF2 boot loader. */
export interface Uf2Volume {
  path: string;
  /** `Board-ID` of its INFO_UF2.TXT. */
  boardId: string;
}

/** Folders in which this system mounts removable volumes. */
export function mountFolders(): string[] {
  if (process.platform === "darwin") return ["/Volumes"];
  const { username } = userInfo();
  return [`/media/${username}`, `/run/media/${username}`, "/media", "/mnt"];
}

/** Finds volumes of UF2 boot loaders. Source: github.com/microsoft/uf2, README, "Files exposed by bootloaders". */
export function uf2Volumes(folders: readonly string[] = mountFolders()): Uf2Volume[] {
  const letters = Array.from({ length: 26 }, (_, i) => `${String.fromCharCode(65 + i)}:\\`);
  return volumesAt(process.platform === "win32" ? letters : folders.flatMap(entriesOf));
}

/** Copies the UF2 file to the volume that the board's boot loader shows. */
export class Uf2VolumeCopy implements Flasher {
  readonly name = "uf2";
  readonly takes = "volume";
  readonly #method: Extract<FlashMethod, { method: "uf2" }>;
  readonly #folders: readonly string[] | undefined;

  /** @param folders where volumes are mounted; those of this system by default */
  constructor(method: Extract<FlashMethod, { method: "uf2" }>, folders?: readonly string[]) {
    this.#method = method;
    this.#folders = folders;
  }

  usbIds(): readonly string[] {
    return [];
  }

  find(wanted: string | undefined): void {
    this.#volume(wanted);
  }

  async flash({ board, files, wanted, onLine }: FlashTask): Promise<void> {
    if (files.uf2 === undefined) throw new Error(`${board.id} has no UF2 file`);
    const { path } = this.#volume(wanted);
    onLine?.(`copying to ${path}`);
    await copyWhole(readFileSync(files.uf2), join(path, basename(files.uf2)));
  }

  #volume(wanted: string | undefined): Uf2Volume {
    const present = wanted === undefined ? uf2Volumes(this.#folders) : volumesAt([wanted]);
    const matching = present.filter(({ boardId }) => boardId.startsWith(this.#method.boardId));
    const list = (volumes: readonly Uf2Volume[]): string =>
      volumes.map(({ path, boardId }) => `${path} (${boardId})`).join(", ");
    const [only, ...others] = matching;
    if (only === undefined) {
      const none = wanted === undefined ? "there is no UF2 volume at all" : `${wanted} is no UF2 volume`;
      const there = present.length === 0 ? none : `there are ${list(present)}`;
      throw new WasmoteError(
        "device-missing",
        `a volume with INFO_UF2.TXT of ${this.#method.boardId}; ${there}`,
      );
    }
    if (others.length > 0) throw new WasmoteError("device-ambiguous", `the volumes ${list(matching)}`);
    return only;
  }
}

/** The boot loader restarts with the last block, so that closing the file may fail although all was written. */
async function copyWhole(bytes: Uint8Array, target: string): Promise<void> {
  const file = await open(target, "w");
  try {
    await file.writeFile(bytes);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.sync().catch(() => undefined);
  await file.close().catch(() => undefined);
}

function volumesAt(paths: readonly string[]): Uf2Volume[] {
  return paths.flatMap((path) => {
    const boardId = boardIdOf(path);
    return boardId === undefined ? [] : [{ path, boardId }];
  });
}

function boardIdOf(path: string): string | undefined {
  const file = join(path, "INFO_UF2.TXT");
  try {
    if (!existsSync(file)) return undefined;
    return /^Board-ID:\s*(\S+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((entry) => join(folder, entry));
  } catch {
    return [];
  }
}
