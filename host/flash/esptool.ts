import { existsSync } from "node:fs";
import type { Board, FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { requireProgram } from "../tools/find.js";
import { runProgram } from "../tools/run.js";
import type { Flasher, FlashTask } from "./flasher.js";

/** Whether `--device` names a serial port. */
export function isPort(wanted: string): boolean {
  return /^(\/dev\/|COM\d)/i.test(wanted);
}

/** esptool with the boot loader in the ROM of Espressif's chips. Source: esptool documentation, "write-flash". */
export class EspTool implements Flasher {
  readonly name = "esptool";
  readonly program = "esptool";
  readonly takes = "port";
  readonly #method: Extract<FlashMethod, { method: "esptool" }>;

  constructor(method: Extract<FlashMethod, { method: "esptool" }>) {
    this.#method = method;
  }

  usbIds(board: Board): readonly string[] {
    return board.usb;
  }

  find(wanted: string | undefined): void {
    if (wanted === undefined) return;
    if (!isPort(wanted)) {
      throw new WasmoteError("device-missing", `${wanted} is no port; esptool is told the board by its port`);
    }
    if (wanted.startsWith("/") && !existsSync(wanted)) throw new WasmoteError("device-missing", wanted);
  }

  async flash({ files, wanted, onLine }: FlashTask): Promise<void> {
    const { chip, offset } = this.#method;
    const args = ["--chip", chip, ...(wanted === undefined ? [] : ["--port", wanted])];
    const write = ["write_flash", `0x${offset.toString(16)}`, files.bin];
    await runProgram(requireProgram("esptool"), [...args, ...write], { onLine });
  }
}
