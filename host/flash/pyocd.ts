import type { Board, FlashMethod } from "../boards/index.js";
import { requireProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { debugProbes, probesFor } from "./debug-probes.js";
import { type Flasher, type FlashTask, lacking } from "./flasher.js";

const probes: readonly string[] = Object.values(debugProbes).flat();

/** pyOCD with a CMSIS-DAP probe, an ST-LINK or a J-Link. Source: `pyocd flash --help`, version 0.46. */
export class PyOcd implements Flasher {
  readonly name = "pyocd";
  readonly takes = "usb";
  readonly #method: Extract<FlashMethod, { method: "pyocd" }>;

  constructor(method: Extract<FlashMethod, { method: "pyocd" }>) {
    this.#method = method;
  }

  lacks(): Promise<Program | undefined> {
    return lacking("pyocd");
  }

  usbIds(board: Board): readonly string[] {
    return probesFor(probes, board.usb);
  }

  async flash({ files, device, onLine }: FlashTask): Promise<void> {
    const probe = device?.serial === undefined ? [] : ["--uid", device.serial];
    const args = ["flash", "--no-wait", "--target", this.#method.target, ...probe, files.hex];
    await runProgram(requireProgram("pyocd"), args, { onLine });
  }
}
