import { WasmoteError } from "../errors.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { mountedVolumes, mountFolders } from "./volumes.js";

/** A mounted volume that takes firmware. */
export interface FirmwareVolume {
  path: string;
  /** What its own files say that the board is. */
  boardId: string;
}

/** Volumes of one kind, of one board. */
export interface VolumeKind {
  /** What a volume's files say that the board is; undefined where it is of another kind. */
  boardIdAt(path: string): string | undefined;
  isOfBoard(boardId: string): boolean;
  /** What is looked for, in words. */
  sought: string;
  /** What is told where there is no volume of the kind, and after the name of one that is of another. */
  none: string;
  isNone: string;
}

/** The volumes of a kind at these paths. */
export function volumesAt(paths: readonly string[], boardIdAt: VolumeKind["boardIdAt"]): FirmwareVolume[] {
  return paths.flatMap((path) => {
    const boardId = boardIdAt(path);
    return boardId === undefined ? [] : [{ path, boardId }];
  });
}

/** Copies firmware to the volume that a boot loader or a debugger shows. */
export abstract class VolumeCopy implements Flasher {
  abstract readonly name: string;
  readonly takes = "volume";
  readonly #kind: VolumeKind;
  readonly #folders: readonly string[];

  /** @param folders where volumes are mounted; those of this system by default */
  constructor(kind: VolumeKind, folders: readonly string[] = mountFolders()) {
    this.#kind = kind;
    this.#folders = folders;
  }

  async lacks(): Promise<undefined> {
    return undefined;
  }

  usbIds(): readonly string[] {
    return [];
  }

  async find(wanted: string | undefined): Promise<void> {
    this.volume(wanted);
  }

  abstract flash(task: FlashTask): Promise<void>;

  /**
   * The board's volume: the only one that is mounted, or the one at a path.
   *
   * @throws `device-missing`, `device-ambiguous`
   */
  protected volume(wanted: string | undefined): FirmwareVolume {
    const { boardIdAt, isOfBoard, sought, none, isNone } = this.#kind;
    const paths = wanted === undefined ? mountedVolumes(this.#folders) : [wanted];
    const present = volumesAt(paths, boardIdAt);
    const matching = present.filter(({ boardId }) => isOfBoard(boardId));
    const [only, ...others] = matching;
    if (others.length > 0) throw new WasmoteError("device-ambiguous", `the volumes ${listed(matching)}`);
    if (only !== undefined) return only;
    const absent = wanted === undefined ? none : `${wanted} ${isNone}`;
    const there = present.length === 0 ? absent : `there are ${listed(present)}`;
    throw new WasmoteError("device-missing", `${sought}; ${there}`);
  }
}

function listed(volumes: readonly FirmwareVolume[]): string {
  return volumes.map(({ path, boardId }) => `${path} (${boardId})`).join(", ");
}
