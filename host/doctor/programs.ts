import type { Program } from "../tools/packages.js";
import { boardList, type Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { installAfterwards, installCommand } from "./mend.js";

/** One board's need of a program. */
export interface Need {
  program: Program;
  board: string;
  /** Whether the board does without, since another program does the same for it. */
  optional?: boolean;
}

/**
 * One finding a program that is needed.
 *
 * @param doing what the program does, as it stands before the boards: "the firmware of"
 */
export function programFindings(
  machine: Machine,
  room: Finding["room"],
  doing: string,
  needs: readonly Need[],
): Finding[] {
  return [...new Set(needs.map(({ program }) => program))].map((program) => {
    const own = needs.filter((need) => need.program === program);
    const needing = own.filter((need) => !need.optional);
    const named = needing.length === 0 ? own : needing;
    const found = {
      room,
      what: program,
      neededFor: `${doing} ${boardList(named.map(({ board }) => board))}`,
    } as const;
    const path = machine.findComplete(program);
    if (path !== undefined) return { ...found, state: "ok", detail: path };
    const halfThere = machine.find(program) !== undefined;
    return {
      ...found,
      state: needing.length === 0 ? "optional" : "missing",
      ...(halfThere ? { detail: "picolibc, its C library, is missing" } : {}),
      ...mendBy(machine, program),
    };
  });
}

function mendBy(machine: Machine, program: Program): Pick<Finding, "mend" | "afterwards"> {
  const mend = installCommand(machine, [program]);
  const afterwards = installAfterwards(machine, [program]);
  return { ...(mend === undefined ? {} : { mend }), ...(afterwards === undefined ? {} : { afterwards }) };
}
