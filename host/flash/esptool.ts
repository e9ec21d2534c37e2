import type { Board, FlashMethod } from "../boards/index.js";
import { requireProgram } from "../tools/find.js";
import { runProgram } from "../tools/run.js";
import type { Flasher, FlashTask } from "./flasher.js";

/** esptool with the boot loader in the ROM of Espressif's chips. Source: esptool documentation, "write-flash". */
export class EspTool implements Flasher {
  readonly name = "esptool";
  readonly program = "esptool";
  readonly #method: Extract<FlashMethod, { method: "esptool" }>;

  constructor(method: Extract<FlashMethod, { method: "esptool" }>) {
    this.#method = method;
  }

  usbIds(board: Board): readonly string[] {
    return board.usb;
  }

  async flash({ files, wanted, onLine }: FlashTask): Promise<void> {
    const { chip, offset } = this.#method;
    const isPort = wanted !== undefined && /^(\/dev\/|COM\d)/i.test(wanted);
    const args = ["--chip", chip, ...(isPort ? ["--port", wanted] : [])];
    const write = ["write_flash", `0x${offset.toString(16)}`, files.bin];
    await runProgram(requireProgram("esptool"), [...args, ...write], { onLine });
  }
}
