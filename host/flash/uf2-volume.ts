import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { FlashMethod } from "../boards/index.js";
import type { FlashTask } from "./flasher.js";
import { type FirmwareVolume, VolumeCopy, volumesAt } from "./volume-copy.js";
import { copyWhole, mountedVolumes, textAt } from "./volumes.js";

/** Finds volumes of UF2 boot loaders. Source: github.com/microsoft/uf2, README, "Files exposed by bootloaders". */
export function uf2Volumes(): FirmwareVolume[] {
  return volumesAt(mountedVolumes(), boardIdAt);
}

/** Copies the UF2 file to the volume that the board's boot loader shows. */
export class Uf2VolumeCopy extends VolumeCopy {
  readonly name = "uf2";
  readonly bootLoaders = [];

  /** @param folders where volumes are mounted; those of this system by default */
  constructor({ boardId }: Extract<FlashMethod, { method: "uf2" }>, folders?: readonly string[]) {
    const kind = {
      boardIdAt,
      isOfBoard: (found: string) => found.startsWith(boardId),
      sought: `a volume with INFO_UF2.TXT of ${boardId}`,
      none: "there is no UF2 volume at all",
      isNone: "is no UF2 volume",
    };
    super(kind, folders);
  }

  async flash({ board, files, wanted, onLine }: FlashTask): Promise<void> {
    if (files.uf2 === undefined) throw new Error(`${board.id} has no UF2 file`);
    const { path } = this.volume(wanted);
    onLine?.(`copying to ${path}`);
    await copyWhole(readFileSync(files.uf2), join(path, basename(files.uf2)));
  }
}

/** `Board-ID` of its INFO_UF2.TXT. */
function boardIdAt(path: string): string | undefined {
  const information = textAt(path, "INFO_UF2.TXT");
  return information === undefined ? undefined : (/^Board-ID:\s*(\S+)/m.exec(information)?.[1] ?? "");
}
