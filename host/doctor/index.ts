import type { Board } from "../boards/index.js";
import { portAccess } from "./access.js";
import { type BoardState, boardStates } from "./boards.js";
import { type Connected, connectedBoards } from "./connected.js";
import { checkEmulators } from "./emulators.js";
import type { Finding } from "./findings.js";
import { checkFirmware } from "./firmware.js";
import { checkFlashing } from "./flashing.js";
import { type Machine, thisMachine } from "./machine.js";
import { checkModels } from "./models.js";
import { checkPorts } from "./ports.js";
import { checkUsbAccess, usbAccess } from "./usb-access.js";
import { boardVerdict, machineVerdict, type Verdict } from "./verdict.js";

export { type BoardState, canEmulate, canFlash, hasFirmware } from "./boards.js";
export type { Connected } from "./connected.js";
export { type Finding, rooms } from "./findings.js";
export type { Machine } from "./machine.js";
export type { Verdict } from "./verdict.js";

/** What a machine has and lacks. */
export interface Diagnosis extends Verdict {
  machine: { platform: string; arch: string; node: string };
  findings: Finding[];
  boards: BoardState[];
  connected: Connected[];
}

/**
 * Looks for all that wasmote needs of a machine. Nothing is changed, but that wasm3's addon is compiled where it is not
 * yet, as the first run would.
 *
 * @param boards what is asked about; with `one`, a single board
 * @param one whether the verdict is about that board, not about the machine and what is plugged in
 */
export async function diagnose(
  boards: readonly Board[],
  one: boolean,
  machine: Machine = thisMachine(),
): Promise<Diagnosis> {
  const rights = { ports: await portAccess(machine), usb: await usbAccess(machine) };
  const states = await boardStates(machine, boards, rights);
  const isFlashed = (id: string): boolean =>
    states.some(({ board, flash }) => board === id && flash.some(({ lacks }) => lacks.length === 0));
  const examined = {
    findings: [
      ...(await checkModels(machine)),
      ...checkFirmware(machine, boards),
      ...(await checkEmulators(machine, boards)),
      ...(await checkFlashing(machine, boards)),
      ...checkUsbAccess(machine, boards, rights.usb, isFlashed),
      ...(await checkPorts(machine)),
    ],
    boards: states,
    connected: await connectedBoards(machine, boards),
  };
  const { platform, arch, nodeVersion: node } = machine;
  const verdict = one ? boardVerdict(machine, examined) : machineVerdict(machine, examined);
  return { machine: { platform, arch, node }, ...examined, ...verdict };
}
