import type { Board } from "../boards/index.js";
import { firmwarePrograms } from "../firmware/build.js";
import { firmwarePackage } from "../firmware/prebuilt.js";
import { boardList, type Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { programFindings } from "./programs.js";

/** What firmware is built with, and of which boards it came compiled. */
export function checkFirmware(machine: Machine, boards: readonly Board[]): Finding[] {
  const needs = boards.flatMap((board) =>
    firmwarePrograms(board, machine.find).map((program) => ({
      program,
      board: board.id,
      optional: machine.prebuilt(board).found,
    })),
  );
  return [
    ...prebuiltFindings(machine, boards),
    ...programFindings(machine, "firmware", "the firmware of", needs),
  ];
}

/** What is there of the package with compiled firmware, which no board needs. */
function prebuiltFindings(machine: Machine, boards: readonly Board[]): Finding[] {
  const states = boards.map((board) => ({ board: board.id, ...machine.prebuilt(board) }));
  const there = states.filter(({ found }) => found).map(({ board }) => board);
  const found = { room: "firmware", what: firmwarePackage } as const;
  if (there.length > 0) {
    const neededFor = `the firmware of ${boardList(there)}`;
    return [{ ...found, state: "ok", detail: `has ${neededFor}`, neededFor }];
  }
  const refused = states.find(({ why }) => why !== undefined);
  if (refused === undefined) return [];
  const neededFor = "flashing without a compiler";
  return [{ ...found, state: "hint", detail: refused.why as string, neededFor }];
}

/** What the firmware of a board lacks: nothing where it came compiled. */
export function firmwareLacks(machine: Machine, board: Board): string[] {
  if (machine.prebuilt(board).found) return [];
  return firmwarePrograms(board, machine.find).filter(
    (program) => machine.findComplete(program) === undefined,
  );
}
