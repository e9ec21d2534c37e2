import type { Board } from "../boards/index.js";
import { firmwarePrograms } from "../firmware/build.js";
import { boardList, type Finding } from "./findings.js";
import { firmwarePackage, type Machine } from "./machine.js";
import { programFindings } from "./programs.js";

/** What firmware is built with, and whether it came compiled. */
export function checkFirmware(machine: Machine, boards: readonly Board[]): Finding[] {
  const prebuilt = machine.prebuilt();
  const needs = boards.flatMap((board) =>
    firmwarePrograms(board, machine.find).map((program) => ({
      program,
      board: board.id,
      optional: prebuilt?.has(board.id) ?? false,
    })),
  );
  const findings = programFindings(machine, "firmware", "the firmware of", needs);
  if (prebuilt === undefined) return findings;
  const there = boards.filter(({ id }) => prebuilt.has(id)).map(({ id }) => id);
  const neededFor = there.length === 0 ? "none of these boards" : `the firmware of ${boardList(there)}`;
  const detail = `${prebuilt.version}, compiled`;
  return [{ room: "firmware", what: firmwarePackage, state: "ok", detail, neededFor }, ...findings];
}

/** What the firmware of a board lacks: nothing where it came compiled. */
export function firmwareLacks(machine: Machine, board: Board): string[] {
  if (machine.prebuilt()?.has(board.id)) return [];
  return firmwarePrograms(board, machine.find).filter(
    (program) => machine.findComplete(program) === undefined,
  );
}
