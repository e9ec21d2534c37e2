import type { Board, FlashMethod } from "../boards/index.js";
import { requireProgram } from "../tools/find.js";
import { runProgram } from "../tools/run.js";
import { debugProbes } from "./debug-probes.js";
import type { Flasher, FlashTask } from "./flasher.js";

/** OpenOCD with a debug probe. Source: OpenOCD User's Guide, "Flash Programming", `program`. */
export class OpenOcd implements Flasher {
  readonly name = "openocd";
  readonly program = "openocd";
  readonly takes = "usb";
  readonly #method: Extract<FlashMethod, { method: "openocd" }>;

  constructor(method: Extract<FlashMethod, { method: "openocd" }>) {
    this.#method = method;
  }

  usbIds(board: Board): readonly string[] {
    const probes = debugProbes[this.#method.interface] ?? [];
    const own = board.usb.filter((id) => probes.includes(id));
    return own.length > 0 ? own : probes;
  }

  async flash({ files, device, onLine }: FlashTask): Promise<void> {
    const { interface: probe, target } = this.#method;
    const serial = device?.serial === undefined ? [] : ["-c", `adapter serial {${device.serial}}`];
    const args = ["-f", `interface/${probe}.cfg`, ...serial, "-f", `target/${target}.cfg`];
    const command = `program {${files.elf}} verify reset exit`;
    await runProgram(requireProgram("openocd"), [...args, "-c", command], { onLine });
  }
}
