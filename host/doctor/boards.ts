import type { Board } from "../boards/index.js";
import { isProgram } from "../tools/packages.js";
import { emulatorLacks } from "./emulators.js";
import { firmwareLacks } from "./firmware.js";
import { type FlashWay, flashWays, type Rights } from "./flashing.js";
import type { Machine } from "./machine.js";
import { wayToBegin } from "./mend.js";

/** What can be done with a board on this machine. What is lacking is named; what is empty can be done. */
export interface BoardState {
  board: string;
  firmwareLacks: string[];
  /** Null for a board without an emulator. */
  emulatorLacks: string[] | null;
  /** In the order of preference; empty for a board that is an emulator only, or that its maker's tools alone write. */
  flash: FlashWay[];
}

/** What can be done with each board. */
export function boardStates(
  machine: Machine,
  boards: readonly Board[],
  rights: Rights,
): Promise<BoardState[]> {
  return Promise.all(
    boards.map(async (board) => ({
      board: board.id,
      firmwareLacks: firmwareLacks(machine, board),
      emulatorLacks: (await emulatorLacks(machine, board)) ?? null,
      flash: await flashWays(machine, board, rights),
    })),
  );
}

/** Whether firmware of a board can be had. */
export function hasFirmware({ firmwareLacks }: BoardState): boolean {
  return firmwareLacks.length === 0;
}

/** Whether its firmware runs in an emulator here. */
export function canEmulate(state: BoardState): boolean {
  return hasFirmware(state) && state.emulatorLacks?.length === 0;
}

/** Whether its firmware can be written to it from here. */
export function canFlash(state: BoardState): boolean {
  return hasFirmware(state) && state.flash.some(({ lacks }) => lacks.length === 0);
}

/** Whether a board is none that is emulated or flashed from anywhere: only its firmware is made, for its maker's tools. */
export function isOnlyBuilt({ flash, emulatorLacks }: BoardState): boolean {
  return flash.length === 0 && emulatorLacks === null;
}

/** What a board lacks to be of use here, each thing once: its firmware's part, or else those of the way to begin with and its emulator's. */
export function lackingOf(machine: Machine, state: BoardState): string[] {
  if (!hasFirmware(state)) return state.firmwareLacks;
  const programs = state.flash.map(({ lacks }) => lacks.find(isProgram));
  const way = state.flash[wayToBegin(machine, programs)];
  return [...new Set([...(way?.lacks ?? []), ...(state.emulatorLacks ?? [])])];
}
