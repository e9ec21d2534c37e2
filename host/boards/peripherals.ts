import { WasmoteError } from "../errors.js";
import { loadBoards } from "./load.js";
import { whyNoPin } from "./pins.js";
import { sourceNames } from "./schema.js";
import type { Board } from "./types.js";

/** What an application asks of a board besides memory. */
export interface Asked {
  /** The driver of its source; undefined where samples come over the link, or from the file. */
  source?: string;
  /** Kinds of actions. */
  actions: readonly string[];
  /** Pins that are used: numbers, and the names that the application's file has for them, where it has. */
  pins: readonly { readonly pin: number; readonly name?: string | undefined }[];
}

/** Whether it is a driver of ours; any other one is for who builds the firmware to know. */
const isKnown = (source: string): boolean => (sourceNames as readonly string[]).includes(source);

/** Kinds of actions that are a driver of the family's; any board has the others. */
const drivenActions = ["pwm"];

/**
 * Refuses a board that lacks what an application asks for.
 *
 * @throws `board-lacks`, with all that is lacking
 */
export function requirePeripherals(board: Board, asked: Asked): void {
  const lacking: string[] = [];
  const withIt = (has: (other: Board) => boolean): string => {
    const able = loadBoards().filter(has);
    return `it is on ${able.map(({ id }) => id).join(", ")}`;
  };
  const { source } = asked;
  if (source !== undefined && isKnown(source) && !(board.sources as readonly string[]).includes(source))
    lacking.push(
      `${board.id} has no source ${source} (${withIt(({ sources }) => (sources as readonly string[]).includes(source))})`,
    );
  for (const kind of new Set(asked.actions.filter((each) => drivenActions.includes(each)))) {
    if (!(board.actions as readonly string[]).includes(kind))
      lacking.push(
        `${board.id} has no action ${kind} (${withIt(({ actions }) => (actions as readonly string[]).includes(kind))})`,
      );
  }
  for (const { pin, name } of asked.pins) {
    const why = whyNoPin(board, pin, name);
    if (why !== undefined && !lacking.includes(why)) lacking.push(why);
  }
  if (lacking.length > 0) throw new WasmoteError("board-lacks", lacking.join("; "));
}
