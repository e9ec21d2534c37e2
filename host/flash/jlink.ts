import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Board, FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { temporaryFolder } from "../tools/ending.js";
import { requireProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { debugProbes, probesFor } from "./debug-probes.js";
import { type Flasher, type FlashTask, lacking } from "./flasher.js";

const speedKilohertz = "4000";
const shownLines = 12;

/**
 * J-Link Commander with a J-Link probe. Some of its versions end with 0 although they reached no probe; a file that was
 * written is told by a line of `O.K.`, and a script that was gone through by one of its own.
 * Source: SEGGER Knowledge Base, "J-Link Commander".
 */
export class JLink implements Flasher {
  readonly name = "jlink";
  readonly takes = "usb";
  readonly #method: Extract<FlashMethod, { method: "jlink" }>;

  constructor(method: Extract<FlashMethod, { method: "jlink" }>) {
    this.#method = method;
  }

  lacks(): Promise<Program | undefined> {
    return lacking("JLinkExe");
  }

  usbIds(board: Board): readonly string[] {
    return probesFor(debugProbes.jlink, board.usb);
  }

  async flash({ files, device, onLine }: FlashTask): Promise<void> {
    const folder = temporaryFolder("jlink");
    try {
      const script = join(folder.path, "flash.jlink");
      writeFileSync(script, commanderScript(files.hex));
      const probe = device?.serial === undefined ? [] : ["-USB", serialNumber(device.serial)];
      const how = ["-device", this.#method.device, "-if", "SWD", "-speed", speedKilohertz];
      const args = [...probe, "-NoGui", "1", ...how, "-AutoConnect", "1", "-CommandFile", script];
      const said = await runProgram(requireProgram("JLinkExe"), args, { onLine });
      requireWritten(said);
    } finally {
      folder.remove();
    }
  }
}

/** What J-Link Commander does, line by line: ends at the first error, writes the file, and starts the program. */
function commanderScript(hex: string): string {
  return ["ExitOnError 1", "r", `loadfile "${hex}"`, "r", "g", "exit", ""].join("\n");
}

/** A J-Link's USB serial number has zeros before the number that Commander takes. */
function serialNumber(serial: string): string {
  return serial.replace(/^0+(?=\d)/, "");
}

function requireWritten(said: string): void {
  const lines = said.split(/\r?\n/).map((line) => line.trim());
  if (lines.includes("O.K.") && lines.includes("Script processing completed.")) return;
  const shown = lines.filter((line) => line !== "").slice(-shownLines);
  throw new WasmoteError("tool-failed", "JLinkExe: it did not write the file", {}, { lines: shown });
}
