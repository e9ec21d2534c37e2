import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import type { FlashTask } from "./flasher.js";
import { eventually, type Patience } from "./patience.js";
import { VolumeCopy } from "./volume-copy.js";
import { copyWhole, textAt } from "./volumes.js";

const remountMillis = 60_000;

/**
 * Copies the firmware to the volume of a debugger on the board: Arm's DAPLink, or an ST-LINK. The debugger takes the volume
 * away while it writes to the part; what went wrong is in FAIL.TXT when it is back.
 * Source: DAPLink, docs/USERS-GUIDE.md, "Drag-and-drop programming", and source/daplink/drag-n-drop/vfs_user.c.
 */
export class DapLinkCopy extends VolumeCopy {
  readonly name = "daplink";
  readonly #file: Extract<FlashMethod, { method: "daplink" }>["file"];
  readonly #patience: Patience;

  /** @param folders where volumes are mounted; those of this system by default */
  constructor(
    { file, boardIds }: Extract<FlashMethod, { method: "daplink" }>,
    patience: Patience,
    folders?: readonly string[],
  ) {
    const kind = {
      boardIdAt,
      isOfBoard: (found: string) => boardIds.includes(found),
      sought: `a volume with DETAILS.TXT of the board ${boardIds.join(" or ")}`,
      none: "there is no volume of a debugger",
      isNone: "is no such volume",
    };
    super(kind, folders);
    this.#file = file;
    this.#patience = patience;
  }

  async flash({ files, wanted, onLine }: FlashTask): Promise<void> {
    const { path, boardId } = this.volume(wanted);
    const source = files[this.#file];
    const target = join(path, basename(source));
    const before = mountOf(path);
    onLine?.(`copying to ${path}`);
    const broken = await copyWhole(readFileSync(source), target).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    onLine?.("waiting until the volume is back");
    const back = (): boolean =>
      boardIdAt(path) === boardId && (!existsSync(target) || mountOf(path) !== before);
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
}

/** The first four digits of its `Unique ID`, or of the code in its MBED.HTM. */
function boardIdAt(path: string): string | undefined {
  const unique = /^Unique ID:\s*([0-9a-f]{4})/im.exec(textAt(path, "DETAILS.TXT") ?? "")?.[1];
  const code = unique ?? /[?&]code=([0-9a-f]{4})/i.exec(textAt(path, "MBED.HTM") ?? "")?.[1];
  return code?.toLowerCase();
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
