import type { Board, FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { findProgram, missing } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { chooseDevice } from "./choose-device.js";
import { DfuUtil } from "./dfu-util.js";
import { EspTool, isPort } from "./esptool.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { OpenOcd } from "./openocd.js";
import { StFlash } from "./st-flash.js";
import { Uf2VolumeCopy } from "./uf2-volume.js";
import { type UsbDevice, usbDevices } from "./usb-devices.js";

export type { Flasher, FlashTask } from "./flasher.js";

/** Where devices are looked for; the system's own places by default. */
export interface FlashPlaces {
  usbDevices?(): Promise<UsbDevice[] | undefined>;
  mountFolders?: readonly string[];
}

/** The class for each method of a board file. */
export function flasherFor(method: FlashMethod, places: FlashPlaces = {}): Flasher {
  switch (method.method) {
    case "uf2":
      return new Uf2VolumeCopy(method, places.mountFolders);
    case "openocd":
      return new OpenOcd(method);
    case "st-flash":
      return new StFlash();
    case "dfu-util":
      return new DfuUtil(method);
    case "esptool":
      return new EspTool(method);
  }
}

/** What `--method` and `--device` say. */
export interface FlashChoice {
  /** Name of a method, as in the board's file; the first that can be used by default. */
  method?: string;
  /** Which device. */
  wanted?: string;
}

/** A board that was found, and can be written to. */
export interface PreparedFlash {
  method: string;
  /** Writes the firmware. Throws `tool-failed`, and `device-missing` where the board is gone. */
  flash(task: Pick<FlashTask, "files" | "onLine">): Promise<void>;
}

/**
 * The programs that flashing a board lacks: none where one of its methods has what it takes.
 *
 * @throws `flash-method` for a board that cannot be flashed by that method
 */
export function lackingForFlash(board: Board, { method }: FlashChoice): Program[] {
  const programs = chosen(board, method, {}).map(({ program }) => program);
  const [first] = programs;
  const usable = programs.some((program) => program === undefined || findProgram(program) !== undefined);
  return usable || first === undefined ? [] : [first];
}

/**
 * Finds the board to write firmware to, before that is built: by the method named, or the first of the board's methods
 * whose tool and device are there.
 *
 * @throws `tool-missing`, `device-missing`, `device-ambiguous`, `flash-method` for a board that cannot be flashed by that
 *   method
 */
export async function prepareFlash(
  board: Board,
  { method, wanted }: FlashChoice,
  places: FlashPlaces = {},
): Promise<PreparedFlash> {
  let first: unknown;
  for (const flasher of chosen(board, method, places)) {
    try {
      const device = await findDevice(flasher, board, wanted, places);
      return { method: flasher.name, flash: (task) => flasher.flash({ ...task, board, wanted, device }) };
    } catch (error) {
      const absent = error instanceof WasmoteError && ["tool-missing", "device-missing"].includes(error.code);
      if (!absent) throw error;
      first ??= error;
    }
  }
  throw first;
}

function chosen(board: Board, method: string | undefined, places: FlashPlaces): Flasher[] {
  const all = board.flashMethods.map((entry) => flasherFor(entry, places));
  const flashers = all.filter(({ name }) => method === undefined || name === method);
  if (flashers.length > 0) return flashers;
  if (all.length === 0) {
    const detail = `${board.id} has none, it is an emulator only`;
    throw new WasmoteError("flash-method", detail, {}, { help: `Run a model on it with --on ${board.id}.` });
  }
  const there = all.map(({ name }) => name).join(", ");
  throw new WasmoteError("flash-method", `the method ${method} for ${board.id}; ${there}`);
}

async function findDevice(
  flasher: Flasher,
  board: Board,
  wanted: string | undefined,
  places: FlashPlaces,
): Promise<UsbDevice | undefined> {
  if (flasher.program !== undefined && findProgram(flasher.program) === undefined)
    throw missing(flasher.program);
  flasher.find?.(wanted);
  const ids = flasher.usbIds(board);
  if (ids.length === 0 || (flasher.takes === "port" && wanted !== undefined)) return undefined;
  if (wanted !== undefined && (isPort(wanted) || wanted.includes("/"))) {
    const how = `${flasher.name} is told the board by its USB id or serial number`;
    throw new WasmoteError("device-missing", `${wanted} is no USB device; ${how}`);
  }
  const present = await (places.usbDevices ?? usbDevices)();
  if (present !== undefined) return chooseDevice(ids, present, wanted, deviceHelp[flasher.takes]);
  if (wanted === undefined) return undefined;
  throw new WasmoteError("device-missing", `${wanted}: USB devices cannot be listed on this system`);
}

/** What to do where several devices could be meant, if it is not what the error table says. */
const deviceHelp: Readonly<Partial<Record<Flasher["takes"], string>>> = {
  port: "Disconnect all but one, or name the port of one with --device.",
};
