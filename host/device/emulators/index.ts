import type { Board } from "../../boards/index.js";
import { WasmoteError } from "../../errors.js";
import type { Program } from "../../tools/packages.js";
import { Device } from "../device.js";
import type { Transport } from "../transport.js";
import { preloadedFlash } from "./preload.js";
import { startQemu } from "./qemu.js";

/** Files of a board's firmware, by path. */
export interface FirmwareFiles {
  elf: string;
  /** Only where the board takes one. */
  uf2?: string;
}

/** What an emulator is started with. */
export interface EmulatorOptions {
  /** The model that is to be active from the start, where `takesModelAtStart`. */
  model?: Uint8Array;
  /** Takes the board's text. */
  onText?(line: string): void;
}

const answerMillis = 200;
const answerAttempts = 150;

/** Programs that a board's emulator takes. */
export function emulatorPrograms(board: Board): Program[] {
  return board.emulator?.kind === "qemu" ? [board.emulator.program] : [];
}

/** Throws `package-missing` where a board's emulator is a package that is not installed. */
export async function requireEmulatorPackage(board: Board): Promise<void> {
  if (board.emulator?.kind === "rp2040js") await (await import("./rp2040.js")).rp2040Module();
}

/** Whether a model is put into the flash of this board's emulator as it starts, rather than sent over the line. */
export function takesModelAtStart(board: Board): boolean {
  return board.emulator?.preload === true;
}

/**
 * Starts the emulator of a board and waits until its firmware answers. It is ended by the device's `close`, and with
 * this process, however that ends.
 *
 * @throws `board-emulator-none`, `tool-missing`, `board-silent`
 */
export async function startEmulator(
  board: Board,
  firmware: FirmwareFiles,
  options: EmulatorOptions = {},
): Promise<Device> {
  const transport = await startEmulatorLine(board, firmware, options);
  const device = new Device(transport, { onText: options.onText, timeoutMillis: 10_000 });
  try {
    await device.echo("wasmote", { timeoutMillis: answerMillis, attempts: answerAttempts });
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}

/** Starts the emulator of a board; its line. Throws `board-emulator-none`, `tool-missing`. */
export async function startEmulatorLine(
  board: Board,
  firmware: FirmwareFiles,
  { model }: Pick<EmulatorOptions, "model"> = {},
): Promise<Transport> {
  const { emulator } = board;
  const name = `the emulator of ${board.id}`;
  const contents = model === undefined ? [] : preloadedFlash(board, model);
  if (emulator?.kind === "qemu") return startQemu(name, emulator, firmware.elf, contents);
  if (emulator?.kind === "rp2040js") {
    const { startRp2040 } = await import("./rp2040.js");
    return startRp2040(name, firmware.uf2 ?? "", contents, board.link.kind === "usb" ? "usb" : "uart");
  }
  throw new WasmoteError("board-emulator-none", board.id);
}
