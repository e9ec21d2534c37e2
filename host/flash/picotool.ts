import type { Board } from "../boards/index.js";
import { requireProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { ownIds } from "./enter-boot-loader.js";
import { type Flasher, type FlashTask, lacking } from "./flasher.js";

/** USB ids of programs made with the Pico SDK, whose USB port picotool can reset. Source: github.com/raspberrypi/usb-pid. */
const sdkPrograms = ["2e8a:0009", "2e8a:000a"];

/**
 * picotool with the boot loader in the ROM of RP2040 and RP2350; it has a program with the Pico SDK's USB port start that
 * by itself (`-f`). Source: picotool, README, "load".
 */
export class PicoTool implements Flasher {
  readonly name = "picotool";
  readonly takes = "usb";
  readonly bootLoaders: readonly string[] = ["2e8a:0003", "2e8a:000f"];

  lacks(): Promise<Program | undefined> {
    return lacking("picotool");
  }

  /** A program of the board's own ids is asked by its serial port: it need not have the USB port that picotool resets. */
  usbIds(board: Board): readonly string[] {
    const own = ownIds(board);
    const boot = this.bootLoaders.filter((id) => own.includes(id));
    return [...boot, ...sdkPrograms.filter((id) => !own.includes(id))];
  }

  async flash({ board, files, wanted, device, onLine }: FlashTask): Promise<void> {
    if (files.uf2 === undefined) throw new Error(`${board.id} has no UF2 file`);
    const which = wanted === undefined || device?.serial === undefined ? [] : ["--ser", device.serial];
    const args = ["load", "-v", "-x", files.uf2, "-f", ...which];
    await runProgram(requireProgram("picotool"), args, { onLine });
  }
}
