import type { Board } from "../boards/index.js";
import { type Flasher, flasherFor } from "../flash/index.js";
import type { Program } from "../tools/packages.js";
import type { Access } from "./access.js";
import { boardList, type Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { wayToBegin } from "./mend.js";
import { type Need, programFindings } from "./programs.js";
import { accessTo, type UsbAccess } from "./usb-access.js";

/** One way to write to a board, and what it lacks on this machine. */
export interface FlashWay {
  method: string;
  lacks: string[];
}

/** What boards are flashed with. A board needs the program of one way alone, and none where another way is there. */
export async function checkFlashing(machine: Machine, boards: readonly Board[]): Promise<Finding[]> {
  const needs: Need[] = [];
  const there = new Map<string, string[]>();
  for (const board of boards) {
    const ways = await waysOf(machine, board);
    const flashable = ways.some(({ lacks }) => lacks === undefined);
    const begin = wayToBegin(
      machine,
      ways.map(({ lacks }) => lacks),
    );
    for (const [i, { flasher, lacks }] of ways.entries()) {
      if (lacks !== undefined)
        needs.push({ program: lacks, board: board.id, optional: flashable || i !== begin });
      else if (flasher.takes !== "volume")
        there.set(flasher.name, [...(there.get(flasher.name) ?? []), board.id]);
    }
  }
  const found = [...there].map(([what, own]): Finding => {
    const detail = machine.find(what);
    const neededFor = `flashing ${boardList(own)}`;
    return { room: "flashing", what, state: "ok", ...(detail === undefined ? {} : { detail }), neededFor };
  });
  return [...found, ...programFindings(machine, "flashing", "flashing", needs)];
}

/** What this user may open. */
export interface Rights {
  ports: Access;
  usb: UsbAccess;
}

/** Each way to write to a board, in the order of its file, and what it lacks. */
export async function flashWays(machine: Machine, board: Board, rights: Rights): Promise<FlashWay[]> {
  return (await waysOf(machine, board)).map(({ flasher, lacks }) => {
    const access = accessOf(board, flasher, rights);
    const all = [...(lacks === undefined ? [] : [lacks]), ...(access.allowed ? [] : [access.lacks])];
    return { method: flasher.name, lacks: all };
  });
}

/** A board's ways with the program that each lacks. */
function waysOf(machine: Machine, board: Board): Promise<{ flasher: Flasher; lacks: Program | undefined }[]> {
  return Promise.all(
    board.flashMethods.map(async (method) => {
      const flasher = flasherFor(method);
      return { flasher, lacks: await machine.flasherLacks(flasher) };
    }),
  );
}

function accessOf(board: Board, flasher: Flasher, { ports, usb }: Rights): Access {
  if (flasher.takes === "volume") return { allowed: true };
  return flasher.takes === "port" ? ports : accessTo(usb, flasher.usbIds(board));
}
