import type { Board, FlashMethod } from "../boards/index.js";
import { requireProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { debugProbes, probesFor } from "./debug-probes.js";
import { type Flasher, type FlashTask, lacking } from "./flasher.js";

/** OpenOCD with a debug probe. Source: OpenOCD User's Guide, "Flash Programming", `program`. */
export class OpenOcd implements Flasher {
  readonly name = "openocd";
  readonly takes = "usb";
  readonly #method: Extract<FlashMethod, { method: "openocd" }>;

  constructor(method: Extract<FlashMethod, { method: "openocd" }>) {
    this.#method = method;
  }

  lacks(): Promise<Program | undefined> {
    return lacking("openocd");
  }

  usbIds(board: Board): readonly string[] {
    const probes: Readonly<Record<string, readonly string[]>> = debugProbes;
    return probesFor(probes[this.#method.interface] ?? [], board.usb);
  }

  async flash({ files, device, onLine }: FlashTask): Promise<void> {
    const { interface: probe, target } = this.#method;
    const serial = device?.serial === undefined ? [] : ["-c", `adapter serial {${device.serial}}`];
    const args = ["-f", `interface/${probe}.cfg`, ...serial, "-f", `target/${target}.cfg`];
    const command = `program {${files.elf}} verify reset exit`;
    await runProgram(requireProgram("openocd"), [...args, "-c", command], { onLine });
  }
}
