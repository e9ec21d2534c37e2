import { type Board, loadBoard } from "../../host/boards/index.js";
import type { Device } from "../../host/device/device.js";
import { startEmulator, takesModelAtStart } from "../../host/device/emulators/index.js";
import { buildFirmware, type Firmware } from "../../host/firmware/build.js";
import type { FirmwareTrust } from "../../host/firmware/variables.js";
import { findProgram } from "../../host/tools/find.js";

/** The boards whose emulator is QEMU, and what must be there to build and run their firmware. */
export const emulatedBoards = [
  "mps2-an385",
  "mps2-an386",
  "mps2-an500",
  "mps3-an547",
  "netduino-plus-2",
  "qemu-rv32",
] as const;

const told = new Set<string>();

/**
 * The boards of these names whose compiler and emulator are installed. The others are left out, which is said aloud
 * once; where CI is set in the environment, a missing tool is an error instead.
 */
export function availableBoards(names: readonly string[] = emulatedBoards): Board[] {
  return names
    .map((name) => loadBoard(name))
    .filter((board) => {
      const emulator = board.emulator?.kind === "qemu" ? [board.emulator.program] : [];
      const missing = ["cmake", `${board.isa.toolchain}-gcc`, ...emulator].filter(
        (program) => findProgram(program) === undefined,
      );
      if (missing.length === 0) return true;
      const what = `firmware tests on ${board.id}, for want of ${missing.join(", ")}`;
      if (process.env.CI) throw new Error(what);
      if (!told.has(what)) console.error(`SKIPPED: ${what}`);
      told.add(what);
      return false;
    });
}

const built = new Map<string, Promise<Firmware>>();

/** The firmware of a board, built once. */
export function firmwareOf(board: Board): Promise<Firmware> {
  let firmware = built.get(board.id);
  if (firmware === undefined) {
    firmware = buildFirmware(board, { warningsAreErrors: true });
    built.set(board.id, firmware);
  }
  return firmware;
}

const trusting = new Map<string, Promise<Firmware>>();

/** The firmware of a board that runs what these keys have signed, built once. */
export function trustingFirmwareOf(board: Board, trust: FirmwareTrust): Promise<Firmware> {
  const name = JSON.stringify([board.id, trust]);
  let firmware = trusting.get(name);
  if (firmware === undefined) {
    firmware = buildFirmware(board, { warningsAreErrors: true, trust });
    trusting.set(name, firmware);
  }
  return firmware;
}

/** Starts a board in its emulator, with its firmware that is built once, and a model. */
export async function startBoard(board: Board, model: Uint8Array): Promise<Device> {
  const { files } = await firmwareOf(board);
  return startEmulator(board, files, { model: takesModelAtStart(board) ? model : undefined });
}
