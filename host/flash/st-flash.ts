import { requireProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { debugProbes } from "./debug-probes.js";
import { type Flasher, type FlashTask, lacking } from "./flasher.js";

/** st-flash of the stlink tools, with an ST-LINK. Source: st-flash(1). */
export class StFlash implements Flasher {
  readonly name = "st-flash";
  readonly takes = "usb";

  lacks(): Promise<Program | undefined> {
    return lacking("st-flash");
  }

  usbIds(): readonly string[] {
    return debugProbes.stlink;
  }

  async flash({ board, files, device, onLine }: FlashTask): Promise<void> {
    const serial = device?.serial === undefined ? [] : ["--serial", device.serial];
    const address = `0x${board.flashOrigin.toString(16).padStart(8, "0")}`;
    const args = [...serial, "--reset", "write", files.bin, address];
    await runProgram(requireProgram("st-flash"), args, { onLine });
  }
}
