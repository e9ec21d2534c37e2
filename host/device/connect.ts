import { type Board, loadBoard } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { buildFirmware } from "../firmware/build.js";
import { Device } from "./device.js";
import { startEmulator, takesModelAtStart } from "./emulators/index.js";
import { openPort } from "./open-port.js";

/** How a board is reached. */
export interface ConnectOptions {
  /** A serial port, `tcp://HOST:PORT` or `unix:PATH`; without it the board's emulator is started. */
  port?: string;
  /** The model that an emulator starts with, where it takes one then. */
  model?: Uint8Array;
  /** Takes the board's text. */
  onText?(line: string): void;
  /** Told what takes long. */
  onProgress?(what: string): void;
}

const defaultBaud = 115_200;

/**
 * Connects to a board: a real one at a port, or else its emulator, for which the firmware is built first.
 *
 * @param board undefined for whatever is at the port
 * @throws `port-unavailable`, `board-silent`, `board-emulator-none`, `tool-missing`, `tool-failed`
 */
export async function connectBoard(board: Board | undefined, options: ConnectOptions): Promise<Device> {
  const { port, model, onText, onProgress } = options;
  if (port !== undefined) return connectPort(port, board?.link.baud ?? defaultBaud, onText);
  if (board?.emulator === undefined) {
    throw new WasmoteError("board-emulator-none", board?.id ?? "no board and no port is named");
  }
  onProgress?.(`building the firmware of ${board.id} ...`);
  const { files } = await buildFirmware(board);
  onProgress?.(`starting the emulator of ${board.id} ...`);
  return startEmulator(board, files, { model: takesModelAtStart(board) ? model : undefined, onText });
}

/** Loads the board of a name where one is given. Throws `board-unknown`. */
export function namedBoard(name: string | undefined): Board | undefined {
  return name === undefined ? undefined : loadBoard(name);
}

async function connectPort(port: string, baud: number, onText?: (line: string) => void): Promise<Device> {
  const device = new Device(await openPort(port, baud), { onText });
  try {
    await device.echo("wasmote", { timeoutMillis: 500, attempts: 6 });
    return device;
  } catch (error) {
    await device.close();
    throw error;
  }
}
