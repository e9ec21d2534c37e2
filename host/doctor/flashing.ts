import type { Board } from "../boards/index.js";
import { type Flasher, flasherFor } from "../flash/index.js";
import type { Access } from "./access.js";
import type { Finding } from "./findings.js";
import type { Machine } from "./machine.js";
import { programFindings } from "./programs.js";
import { accessTo, type UsbAccess } from "./usb-access.js";

/** One way to write to a board, and what it lacks on this machine. */
export interface FlashWay {
  method: string;
  lacks: string[];
}

/** What boards are flashed with. A board needs the program of its first way alone, and none where another way is there. */
export function checkFlashing(machine: Machine, boards: readonly Board[]): Finding[] {
  const needs = boards.flatMap((board) => {
    const flashers = flashersOf(board);
    const flashable = flashers.some((flasher) => programLacks(machine, flasher).length === 0);
    return flashers.flatMap((flasher, i) =>
      flasher.program === undefined
        ? []
        : [{ program: flasher.program, board: board.id, optional: flashable || i > 0 }],
    );
  });
  return programFindings(machine, "flashing", "flashing", needs);
}

/** What this user may open. */
export interface Rights {
  ports: Access;
  usb: UsbAccess;
}

/** Each way to write to a board, in the order of its file, and what it lacks. */
export function flashWays(machine: Machine, board: Board, rights: Rights): FlashWay[] {
  return flashersOf(board).map((flasher) => {
    const access = accessOf(board, flasher, rights);
    const lacks = [...programLacks(machine, flasher), ...(access.allowed ? [] : [access.lacks])];
    return { method: flasher.name, lacks };
  });
}

function flashersOf(board: Board): Flasher[] {
  return board.flashMethods.map((method) => flasherFor(method));
}

function programLacks(machine: Machine, { program }: Flasher): string[] {
  return program === undefined || machine.findComplete(program) !== undefined ? [] : [program];
}

function accessOf(board: Board, flasher: Flasher, { ports, usb }: Rights): Access {
  if (flasher.takes === "volume") return { allowed: true };
  return flasher.takes === "port" ? ports : accessTo(usb, flasher.usbIds(board));
}
