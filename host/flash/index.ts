import type { Board, FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { missing } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { Bossac } from "./bossac.js";
import { chooseDevice } from "./choose-device.js";
import { DapLinkCopy } from "./daplink.js";
import { matchesUsbId } from "./debug-probes.js";
import { DfuUtil } from "./dfu-util.js";
import { baudOf, enterBootLoader, runningPort } from "./enter-boot-loader.js";
import { EspTool } from "./esptool.js";
import type { EspToolJs } from "./esptool-js.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { JLink } from "./jlink.js";
import { OpenOcd } from "./openocd.js";
import { defaultPatience, type Patience } from "./patience.js";
import { PicoTool } from "./picotool.js";
import { PyOcd } from "./pyocd.js";
import { isPort, type SerialPorts, systemPorts } from "./serial-ports.js";
import { StFlash } from "./st-flash.js";
import { Uf2VolumeCopy } from "./uf2-volume.js";
import { type UsbDevice, usbDevices } from "./usb-devices.js";

export type { Flasher, FlashTask } from "./flasher.js";

/** Where devices and tools are looked for, and how long; the system's own places by default. */
export interface FlashPlaces {
  usbDevices?(): Promise<UsbDevice[] | undefined>;
  mountFolders?: readonly string[];
  ports?: SerialPorts;
  /** Where Arduino's tools keep their packages. */
  arduinoFolder?: string;
  /** Gives esptool-js; undefined where it is not installed. */
  espToolJs?(): Promise<EspToolJs | undefined>;
  patience?: Patience;
}

/** The class for each method of a board file. */
export function flasherFor(method: FlashMethod, places: FlashPlaces = {}): Flasher {
  const { mountFolders, ports = systemPorts, patience = defaultPatience } = places;
  switch (method.method) {
    case "uf2":
      return new Uf2VolumeCopy(method, mountFolders);
    case "openocd":
      return new OpenOcd(method);
    case "st-flash":
      return new StFlash();
    case "dfu-util":
      return new DfuUtil(method);
    case "esptool":
      return new EspTool(method, ports, places.espToolJs);
    case "jlink":
      return new JLink(method);
    case "pyocd":
      return new PyOcd(method);
    case "picotool":
      return new PicoTool();
    case "bossac":
      return new Bossac(method, ports, places.arduinoFolder);
    case "daplink":
      return new DapLinkCopy(method, patience, mountFolders);
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

/** A way to write to a board, and the program that it lacks. */
export interface LackingWay {
  method: string;
  program: Program;
}

/**
 * The ways to flash a board, each with the program that it lacks: none where one of them has what it takes.
 *
 * @throws `flash-method` for a board that cannot be flashed by that method
 */
export async function lackingForFlash(
  board: Board,
  { method }: FlashChoice,
  places: FlashPlaces = {},
): Promise<LackingWay[]> {
  const ways: LackingWay[] = [];
  for (const flasher of chosen(board, method, places)) {
    const program = await flasher.lacks();
    if (program === undefined) return [];
    ways.push({ method: flasher.name, program });
  }
  return ways;
}

/** The error for the program of the first way, with what the other ways take. */
export function namingOtherWays(error: WasmoteError, [, ...others]: readonly LackingWay[]): WasmoteError {
  if (others.length === 0) return error;
  const named = others.map(({ method, program }) => `--method ${method} takes ${program}`);
  return new WasmoteError(error.code, `${error.detail}; or else ${named.join(", ")}`, error.place, error);
}

/**
 * Finds the board to write firmware to, before that is built: by the method named, or the first of the board's methods
 * whose tool and device are there. A board that runs a program is found by its serial port where a method takes a boot
 * loader; it is asked to start that when the firmware is written.
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
      return { method: flasher.name, flash: await prepared(flasher, board, wanted, places) };
    } catch (error) {
      const absent = error instanceof WasmoteError && ["tool-missing", "device-missing"].includes(error.code);
      if (!absent) throw error;
      first ??= error;
    }
  }
  throw first;
}

async function prepared(
  flasher: Flasher,
  board: Board,
  wanted: string | undefined,
  places: FlashPlaces,
): Promise<PreparedFlash["flash"]> {
  const lacks = await flasher.lacks();
  if (lacks !== undefined) throw missing(lacks);
  try {
    const device = await findDevice(flasher, board, wanted, places);
    return (task) => flasher.flash({ ...task, board, wanted, device });
  } catch (error) {
    if (!isMissing(error) || flasher.bootLoaders === undefined) throw error;
    const { ports = systemPorts, patience = defaultPatience } = places;
    const port = await runningPort(board, flasher, wanted, ports);
    if (port === undefined) throw error;
    const appeared = () => isThere(flasher, board, places);
    if (await appeared()) throw anotherOne(port);
    return async (task) => {
      const { onLine } = task;
      await enterBootLoader(port, { ports, patience, baud: baudOf(board), appeared, onLine });
      const device = await findDevice(flasher, board, undefined, places);
      await flasher.flash({ ...task, board, device });
    };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof WasmoteError && error.code === "device-missing";
}

/** Whether there is a boot loader that it can write to. Throws `device-ambiguous`. */
async function isThere(flasher: Flasher, board: Board, places: FlashPlaces): Promise<boolean> {
  try {
    await findDevice(flasher, board, undefined, places);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** The board at the port could not be told from it once it has started its boot loader. */
function anotherOne(port: string): WasmoteError {
  const what = `besides the board at ${port} another one is in its boot loader already`;
  return new WasmoteError("device-ambiguous", what);
}

function chosen(board: Board, method: string | undefined, places: FlashPlaces): Flasher[] {
  const all = board.flashMethods.map((entry) => flasherFor(entry, places));
  const flashers = all.filter(({ name }) => method === undefined || name === method);
  if (flashers.length > 0) return flashers;
  if (all.length === 0) {
    const [detail, help] =
      board.emulator === undefined
        ? [
            `${board.id} has none, only its maker's tools write it`,
            `Make what they write by \`wasmote firmware ${board.id} -o FILE.bin\`; docs/flashing.md says how it gets there.`,
          ]
        : [`${board.id} has none, it is an emulator only`, `Run a model on it with --on ${board.id}.`];
    throw new WasmoteError("flash-method", detail, {}, { help });
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
  await flasher.find?.(wanted);
  const ids = flasher.usbIds(board);
  if (ids.length === 0 || (flasher.takes === "port" && wanted !== undefined)) return undefined;
  if (wanted !== undefined && (isPort(wanted) || wanted.includes("/"))) {
    const how = `${flasher.name} is told the board by its USB id or serial number`;
    throw new WasmoteError("device-missing", `${wanted} is no USB device; ${how}`);
  }
  const present = await (places.usbDevices ?? usbDevices)();
  if (present !== undefined) {
    const isThere = present.some(({ id }) => matchesUsbId(ids, id));
    const all = isThere ? ids : [...ids, ...(flasher.behind?.(board) ?? [])];
    return chooseDevice(all, present, wanted, deviceHelp[flasher.takes]);
  }
  if (wanted === undefined) return undefined;
  throw new WasmoteError("device-missing", `${wanted}: USB devices cannot be listed on this system`);
}

/** What to do where several devices could be meant, if it is not what the error table says. */
const deviceHelp: Readonly<Partial<Record<Flasher["takes"], string>>> = {
  port: "Disconnect all but one, or name the port of one with --device.",
};
