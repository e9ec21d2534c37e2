import type { Board, FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { findProgram, missing } from "../tools/find.js";
import { chooseDevice } from "./choose-device.js";
import { DfuUtil } from "./dfu-util.js";
import { EspTool } from "./esptool.js";
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
      return new DfuUtil();
    case "esptool":
      return new EspTool(method);
  }
}

/**
 * Writes firmware to a board: by the method named, or the first of the board's methods whose tool and device are there.
 *
 * @param method name of a method, as in the board's file
 * @returns the name of the method that was used
 * @throws `tool-missing`, `tool-failed`, `device-missing`, `device-ambiguous`, `flash-method` for a board that cannot be
 *   flashed by that method
 */
export async function flashBoard(
  task: Omit<FlashTask, "device">,
  method: string | undefined,
  places: FlashPlaces = {},
): Promise<string> {
  const flashers = chosen(task.board, method, places);
  let first: unknown;
  for (const flasher of flashers) {
    try {
      await flashWith(flasher, task, places);
      return flasher.name;
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
  const there =
    all.length === 0 ? "it has none, it is an emulator only" : all.map(({ name }) => name).join(", ");
  const which = method === undefined ? "a method" : `the method ${method}`;
  throw new WasmoteError("flash-method", `${which} for ${board.id}; ${there}`);
}

async function flashWith(
  flasher: Flasher,
  task: Omit<FlashTask, "device">,
  places: FlashPlaces,
): Promise<void> {
  if (flasher.program !== undefined && findProgram(flasher.program) === undefined)
    throw missing(flasher.program);
  const ids = flasher.usbIds(task.board);
  const isPort = task.wanted?.startsWith("/dev/") || /^COM\d/i.test(task.wanted ?? "");
  const present = ids.length === 0 || isPort ? undefined : await (places.usbDevices ?? usbDevices)();
  const device = present === undefined ? undefined : chooseDevice(ids, present, task.wanted);
  await flasher.flash({ ...task, device });
}
