import type { Board, FlashMethod } from "../boards/index.js";
import { requireProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { type Flasher, type FlashTask, lacking } from "./flasher.js";

/** USB id of the boot loader in the ROM of STM32 parts. Source: ST AN2606. */
const stm32BootLoader = "0483:df11";

/** dfu-util with a USB boot loader of an STM32: that in its ROM, or a board's own. Sources: dfu-util(1), DfuSe options; ST AN3156. */
export class DfuUtil implements Flasher {
  readonly name = "dfu-util";
  readonly takes = "usb";
  readonly bootLoaders: readonly string[];
  readonly #bootLoader: string;

  constructor({ bootLoader = stm32BootLoader }: Extract<FlashMethod, { method: "dfu-util" }>) {
    this.#bootLoader = bootLoader;
    this.bootLoaders = [bootLoader];
  }

  lacks(): Promise<Program | undefined> {
    return lacking("dfu-util");
  }

  usbIds(_board: Board): readonly string[] {
    return [this.#bootLoader];
  }

  async flash({ board, files, device, onLine }: FlashTask): Promise<void> {
    const serial = device?.serial === undefined ? [] : ["-S", device.serial];
    const address = `0x${board.flashOrigin.toString(16).padStart(8, "0")}:leave`;
    const args = ["-d", this.#bootLoader, ...serial, "-a", "0", "-s", address, "-D", files.bin];
    await runProgram(requireProgram("dfu-util"), args, { onLine });
  }
}
