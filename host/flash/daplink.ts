import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { eventually, type Patience } from "./patience.js";
import { copyWhole, mountedVolumes, mountFolders } from "./volumes.js";

interface DaplinkVolume {
  path: string;
  /** The first four digits of its `Unique ID`, or of the code in its MBED.HTM. */
  boardId: string;
}

const remountMillis = 60_000;

/**
 * Copies the firmware to the volume of a debugger on the board: Arm's DAPLink, or an ST-LINK. The debugger takes the volume
 * away while it writes to the part; what went wrong is in FAIL.TXT when it is back.
 * Source: DAPLink, docs/USERS-GUIDE.md, "Drag-and-drop programming", and source/daplink/drag-n-drop/vfs_user.c.
 */
export class DapLinkCopy implements Flasher {
  readonly name = "daplink";
  readonly takes = "volume";
  readonly #method: Extract<FlashMethod, { method: "daplink" }>;
  readonly #folders: readonly string[];
  readonly #patience: Patience;

  /** @param folders where volumes are mounted; those of this system by default */
  constructor(
    method: Extract<FlashMethod, { method: "daplink" }>,
    patience: Patience,
    folders: readonly string[] = mountFolders(),
  ) {
    this.#method = method;
    this.#folders = folders;
    this.#patience = patience;
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

  async flash({ files, wanted, onLine }: FlashTask): Promise<void> {
    const { path, boardId } = this.#volume(wanted);
    const source = files[this.#method.file];
    const target = join(path, basename(source));
    const before = mountOf(path);
    onLine?.(`copying to ${path}`);
    const broken = await copyWhole(readFileSync(source), target).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    onLine?.("waiting until the volume is back");
    const back = (): boolean => {
      const volume = volumeAt(path);
      return volume?.boardId === boardId && (!existsSync(target) || mountOf(path) !== before);
    };
    const returned = await eventually(back, this.#patience, remountMillis);
    const failure = failureAt(path);
    if (failure !== undefined) throw new WasmoteError("flash-refused", failure, { file: path });
    if (broken !== undefined) throw new WasmoteError("flash-refused", broken, { file: path });
    if (!returned) {
      const seconds = (remountMillis / 1000) * this.#patience.scale;
      const what = `the volume did not come back within ${seconds} s; when it does, FAIL.TXT on it says what went wrong`;
      throw new WasmoteError("flash-refused", what, { file: path });
    }
  }

  #volume(wanted: string | undefined): DaplinkVolume {
    const paths = wanted === undefined ? mountedVolumes(this.#folders) : [wanted];
    const present = paths.flatMap((path) => volumeAt(path) ?? []);
    const matching = present.filter(({ boardId }) => this.#method.boardIds.includes(boardId));
    const list = (volumes: readonly DaplinkVolume[]): string =>
      volumes.map(({ path, boardId }) => `${path} (${boardId})`).join(", ");
    const [only, ...others] = matching;
    if (others.length > 0) throw new WasmoteError("device-ambiguous", `the volumes ${list(matching)}`);
    if (only !== undefined) return only;
    const none = wanted === undefined ? "there is no volume of a debugger" : `${wanted} is no such volume`;
    const there = present.length === 0 ? none : `there are ${list(present)}`;
    const looked = `a volume with DETAILS.TXT of the board ${this.#method.boardIds.join(" or ")}`;
    throw new WasmoteError("device-missing", `${looked}; ${there}`);
  }
}

function volumeAt(path: string): DaplinkVolume | undefined {
  const details = textAt(path, "DETAILS.TXT");
  const unique = /^Unique ID:\s*([0-9a-f]{4})/im.exec(details ?? "")?.[1];
  const code = unique ?? /[?&]code=([0-9a-f]{4})/i.exec(textAt(path, "MBED.HTM") ?? "")?.[1];
  return code === undefined ? undefined : { path, boardId: code.toLowerCase() };
}

/** What FAIL.TXT says, in one line; undefined where there is none. */
function failureAt(path: string): string | undefined {
  const lines = textAt(path, "FAIL.TXT")
    ?.split(/\r?\n/)
    .map((line) => line.trim());
  return lines?.filter((line) => line !== "").join("; ");
}

/** Tells one mounting of a volume from the next. */
function mountOf(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = statSync(path);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch {
    return undefined;
  }
}

function textAt(path: string, name: string): string | undefined {
  try {
    return readFileSync(join(path, name), "utf8");
  } catch {
    return undefined;
  }
}
