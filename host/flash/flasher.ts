import type { Board } from "../boards/index.js";
import { findTool } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import type { UsbDevice } from "./usb-devices.js";

/** What is written, and to what. */
export interface FlashTask {
  board: Board;
  /** Paths of the firmware's files. */
  files: { elf: string; bin: string; hex: string; uf2?: string };
  /** What `--device` names. */
  wanted?: string;
  /** The device that was chosen, where devices can be listed. */
  device?: UsbDevice;
  /** Takes each line that a tool writes. */
  onLine?(line: string): void;
}

/** Names the program where it is missing. */
export async function lacking(program: Program): Promise<Program | undefined> {
  return findTool(program) === undefined ? program : undefined;
}

/** One way to write firmware to a board. */
export interface Flasher {
  readonly name: string;
  /** Names the program that it lacks on this machine; undefined where it has what it takes. */
  lacks(): Promise<Program | undefined>;
  /** What `--device` may name for it. */
  readonly takes: "usb" | "port" | "volume";
  /** USB ids that it can write to on this board: the board's own, or those of debug probes. Empty for any. */
  usbIds(board: Board): readonly string[];
  /** USB ids at which the board may be as well: taken where none of `usbIds` is there. */
  behind?(board: Board): readonly string[];
  /**
   * USB ids of boot loaders that it writes to, which a board's own firmware can be asked to start. Left out where it
   * reaches the board whatever that runs.
   */
  readonly bootLoaders?: readonly string[];
  /** Looks for what `--device` names, where that is no USB device. Throws `device-missing`, `device-ambiguous`. */
  find?(wanted: string | undefined): Promise<void>;
  /** Writes the firmware. Throws `tool-missing`, `tool-failed`, `device-missing`, `device-ambiguous`, `flash-refused`. */
  flash(task: FlashTask): Promise<void>;
}
