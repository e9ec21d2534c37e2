import type { Board } from "../boards/index.js";
import { boardList, type Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { npmCommand } from "./mend.js";
import { programFindings } from "./programs.js";

/** The package of npm's that emulates boards with an RP2040. */
const rp2040 = "rp2040js";

/** What boards are emulated with. */
export async function checkEmulators(machine: Machine, boards: readonly Board[]): Promise<Finding[]> {
  const needs = boards.flatMap(({ id, emulator }) =>
    emulator?.kind === "qemu" ? [{ program: emulator.program, board: id }] : [],
  );
  const findings = programFindings(machine, "emulators", "emulating", needs);
  const others = boards.filter(({ emulator }) => emulator?.kind === "rp2040js").map(({ id }) => id);
  if (others.length === 0) return findings;
  const found = { room: "emulators", what: rp2040, neededFor: `emulating ${boardList(others)}` } as const;
  const own: Finding = (await loads(machine, rp2040))
    ? { ...found, state: "ok" }
    : { ...found, state: "missing", mend: npmCommand(rp2040) };
  return [...findings, own];
}

/** What emulating a board lacks, besides its firmware; undefined where it has no emulator. */
export async function emulatorLacks(machine: Machine, { emulator }: Board): Promise<string[] | undefined> {
  if (emulator === undefined) return undefined;
  if (emulator.kind === "rp2040js") return (await loads(machine, rp2040)) ? [] : [rp2040];
  return machine.findComplete(emulator.program) === undefined ? [emulator.program] : [];
}

/** Whether a package of npm's is installed and loads. */
export function loads(machine: Machine, name: string): Promise<boolean> {
  return machine.load(name).then(
    () => true,
    () => false,
  );
}
