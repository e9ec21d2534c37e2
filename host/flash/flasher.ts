import type { Board } from "../boards/index.js";
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

/** One way to write firmware to a board. */
export interface Flasher {
  readonly name: string;
  /** The program that it starts; none where it copies a file. */
  readonly program?: Program;
  /** What `--device` may name for it. */
  readonly takes: "usb" | "port" | "volume";
  /** USB ids that it can write to on this board: the board's own, or those of debug probes. Empty for any. */
  usbIds(board: Board): readonly string[];
  /** Looks for what `--device` names, where that is no USB device. Throws `device-missing`, `device-ambiguous`. */
  find?(wanted: string | undefined): void;
  /** Writes the firmware. Throws `tool-missing`, `tool-failed`, `device-missing`, `device-ambiguous`. */
  flash(task: FlashTask): Promise<void>;
}
