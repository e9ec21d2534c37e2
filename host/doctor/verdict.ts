import { isProgram } from "../tools/packages.js";
import { type BoardState, canEmulate, canFlash, hasFirmware, isOnlyBuilt, lackingOf } from "./boards.js";
import type { Connected } from "./connected.js";
import type { Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { installCommand } from "./mend.js";
import { nodeSuffices } from "./models.js";

/** Whether what was asked for can be done here, in one line. */
export interface Verdict {
  ready: boolean;
  verdict: string;
  /** The command to begin with, where something is missing that a command mends. */
  mend?: string;
}

/** What verdicts are made of. */
export interface Examined {
  findings: readonly Finding[];
  boards: readonly BoardState[];
  connected: readonly Connected[];
}

/** Whether one board is of use here: its firmware can be had, and it can be emulated or flashed, or never can from anywhere. */
export function boardVerdict(machine: Machine, examined: Examined): Verdict {
  const [state] = examined.boards as [BoardState];
  const ways = state.flash.filter(({ lacks }) => lacks.length === 0).map(({ method }) => method);
  const onlyBuilt = isOnlyBuilt(state);
  const ready =
    nodeSuffices(machine) && (canEmulate(state) || canFlash(state) || (onlyBuilt && hasFirmware(state)));
  const does = [
    "its firmware can be had",
    ...(canEmulate(state) ? ["it can be emulated"] : []),
    ...(canFlash(state) ? [`it can be flashed by ${ways.join(" or ")}`] : []),
    ...(onlyBuilt ? ["its maker's tools write it"] : []),
  ];
  const verdict = ready
    ? `${state.board} is ready: ${does.join(", ")}`
    : `${state.board} can${onlyBuilt ? "not be built" : " be neither emulated nor flashed"}: ${lackText(machine, state)}`;
  return { ready, verdict, ...mendOf(machine, examined.findings) };
}

/** Whether models run here, and every board that is plugged in can be flashed. */
export function machineVerdict(machine: Machine, examined: Examined): Verdict {
  const { boards, connected, findings } = examined;
  const mend = mendOf(machine, findings);
  if (!nodeSuffices(machine)) {
    return { ready: false, verdict: `node ${machine.nodeVersion} is too old`, ...mend };
  }
  const useless = connected.find(
    (item) =>
      ["device", "volume"].includes(item.kind) &&
      !boards.some((state) => isOf(item, state) && canFlash(state)),
  );
  if (useless !== undefined) {
    const state = boards.find((own) => isOf(useless, own)) as BoardState;
    const verdict = `${state.board} is plugged in and cannot be flashed: ${lackText(machine, state)}`;
    return { ready: false, verdict, ...mend };
  }
  const emulated = boards.filter(({ emulatorLacks }) => emulatorLacks !== null);
  const flashed = boards.filter(({ flash }) => flash.length > 0);
  const count = (of: readonly BoardState[], does: (state: BoardState) => boolean): string =>
    `${of.filter(does).length} of ${of.length}`;
  return {
    ready: true,
    verdict: [
      "models run here",
      `firmware for ${count(boards, hasFirmware)} boards`,
      `${count(emulated, canEmulate)} can be emulated`,
      `${count(flashed, canFlash)} can be flashed`,
    ].join("; "),
    ...mend,
  };
}

function isOf({ boards }: Connected, { board }: BoardState): boolean {
  return boards.includes(board);
}

function lackText(machine: Machine, state: BoardState): string {
  const lacks = [...(nodeSuffices(machine) ? [] : ["a newer node"]), ...lackingOf(machine, state)];
  const last = lacks.pop() as string;
  return lacks.length === 0 ? `${last} is missing` : `${lacks.join(", ")} and ${last} are missing`;
}

/** One command for all programs that are missing, or else that of the first thing that is missing. */
function mendOf(machine: Machine, findings: readonly Finding[]): Pick<Verdict, "mend"> {
  const absent = findings.filter(({ state }) => state === "missing");
  const programs = absent.map(({ what }) => what).filter(isProgram);
  const mend =
    programs.length === 0
      ? absent.find((finding) => finding.mend !== undefined)?.mend
      : installCommand(machine, programs);
  return mend === undefined ? {} : { mend };
}
