import { type Board, loadBoard } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { obtainableFirmware } from "../firmware/obtain.js";
import { requirePrograms } from "../tools/find.js";
import { Device } from "./device.js";
import {
  emulatorPrograms,
  requireEmulatorPackage,
  startEmulator,
  takesModelAtStart,
} from "./emulators/index.js";
import { openPort } from "./open-port.js";

/** How a board is reached. */
export interface ConnectOptions {
  /** A serial port, `auto` to find the board's by its USB ids, `tcp://HOST:PORT` or `unix:PATH`; without it the board's emulator is started. */
  port?: string;
  /** The model that an emulator starts with, where it takes one then. */
  model?: Uint8Array;
  /** Takes the board's text. */
  onText?(line: string): void;
  /** Told what takes long, and how far it is. */
  onProgress?(thing: string, detail?: string): void;
}

const defaultBaud = 115_200;

/**
 * Connects to a board: a real one at a port, or else its emulator, for which the firmware is built first.
 *
 * @param board undefined for whatever is at the port
 * @throws `port-unavailable`, `board-silent`, `board-other` where the board at the port is not the one named,
 * `board-emulator-none`, `tool-missing` and `package-missing` before anything is built, `tool-failed`
 */
export async function connectBoard(board: Board | undefined, options: ConnectOptions): Promise<Device> {
  const { port, model, onText, onProgress } = options;
  if (port !== undefined) return connectPort(port, board, options);
  if (board?.emulator === undefined) {
    throw new WasmoteError("board-emulator-none", board?.id ?? "no board and no port is named");
  }
  const firmware = obtainableFirmware(board);
  requirePrograms([...firmware.lacks, ...emulatorPrograms(board)]);
  await requireEmulatorPackage(board);
  const building = `building the firmware of ${board.id}`;
  if (!firmware.prebuilt) onProgress?.(building);
  const { files } = await firmware.obtain({ onLine: (line) => onProgress?.(building, line) });
  onProgress?.(`starting the emulator of ${board.id}`);
  return startEmulator(board, files, { model: takesModelAtStart(board) ? model : undefined, onText });
}

/** Loads the board of a name where one is given. Throws `board-unknown`. */
export function namedBoard(name: string | undefined): Board | undefined {
  return name === undefined ? undefined : loadBoard(name);
}

async function connectPort(
  port: string,
  board: Board | undefined,
  { onText, onProgress }: ConnectOptions,
): Promise<Device> {
  onProgress?.(`connecting to ${port}`);
  const device = new Device(await openPort(port, baudOf(board), board), { onText });
  try {
    await device.echo("wasmote", { timeoutMillis: 500, attempts: 6 });
    if (board !== undefined) await requireBoard(device, board);
    return device;
  } catch (error) {
    await device.close();
    throw error;
  }
}

/** The speed of a board's line in baud; one over USB takes any. */
function baudOf(board: Board | undefined): number {
  return board?.link.kind === "uart" ? board.link.baud : defaultBaud;
}

async function requireBoard(device: Device, board: Board): Promise<void> {
  const { board: found } = await device.status();
  if (found !== board.id) {
    throw new WasmoteError("board-other", `${found} at ${device.name}; ${board.id} is expected`);
  }
}
