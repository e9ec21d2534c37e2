import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { copyWhole, mountedVolumes, mountFolders } from "./volumes.js";

/** A mounted volume of a UF2 boot loader. */
export interface Uf2Volume {
  path: string;
  /** `Board-ID` of its INFO_UF2.TXT. */
  boardId: string;
}

/** Finds volumes of UF2 boot loaders. Source: github.com/microsoft/uf2, README, "Files exposed by bootloaders". */
export function uf2Volumes(folders: readonly string[] = mountFolders()): Uf2Volume[] {
  return volumesAt(mountedVolumes(folders));
}

/** Copies the UF2 file to the volume that the board's boot loader shows. */
export class Uf2VolumeCopy implements Flasher {
  readonly name = "uf2";
  readonly takes = "volume";
  readonly bootLoaders = [];
  readonly #method: Extract<FlashMethod, { method: "uf2" }>;
  readonly #folders: readonly string[] | undefined;

  /** @param folders where volumes are mounted; those of this system by default */
  constructor(method: Extract<FlashMethod, { method: "uf2" }>, folders?: readonly string[]) {
    this.#method = method;
    this.#folders = folders;
  }

  async lacks(): Promise<undefined> {
    return undefined;
  }

  usbIds(): readonly string[] {
    return [];
  }

  async find(wanted: string | undefined): Promise<void> {
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
