import { WasmoteError } from "../errors.js";
import {
  type AskedAction,
  type AskedSource,
  isKnownSource,
  pinUses,
  whyNoPulses,
  whyNotSource,
  whyTwice,
} from "./limits.js";
import { loadBoards } from "./load.js";
import { whyNoPin } from "./pins.js";
import type { Board } from "./types.js";

/** What an application asks of a board besides memory. */
export interface Asked {
  /** Its source; undefined where samples come over the link, or from the file. */
  readonly source?: AskedSource;
  readonly actions: readonly AskedAction[];
  /** The names that the application's file has for pins, where it has. */
  readonly names?: ReadonlyMap<number, string>;
}

/** Kinds of actions that are a driver of the family's; any board has the others. */
const drivenActions = ["pwm"];

/**
 * Refuses a board that lacks what an application asks for, or whose drivers would refuse it when they start.
 *
 * @throws `board-lacks`, with all that is lacking
 */
export function requirePeripherals(board: Board, asked: Asked): void {
  const lacking: string[] = [];
  const withIt = (has: (other: Board) => boolean): string => {
    const able = loadBoards().filter(has);
    return `it is on ${able.map(({ id }) => id).join(", ")}`;
  };
  const { source, actions, names } = asked;
  if (source !== undefined && isKnownSource(source.driver)) {
    const { driver } = source;
    const has = ({ sources }: Board) => (sources as readonly string[]).includes(driver);
    if (has(board)) lacking.push(...whyNotSource(board, source));
    else lacking.push(`${board.id} has no source ${driver} (${withIt(has)})`);
  }
  for (const kind of new Set(
    actions.map((each) => each.kind).filter((each) => drivenActions.includes(each)),
  )) {
    const has = (other: Board) => (other.actions as readonly string[]).includes(kind);
    if (!has(board)) lacking.push(`${board.id} has no action ${kind} (${withIt(has)})`);
  }
  const uses = pinUses(board, source, actions, (pin) => names?.has(pin) ?? false);
  for (const { pin } of uses) {
    const why = whyNoPin(board, pin, names?.get(pin));
    if (why !== undefined) lacking.push(why);
  }
  lacking.push(...whyNoPulses(board, actions), ...whyTwice(board, uses));
  if (lacking.length > 0) throw new WasmoteError("board-lacks", [...new Set(lacking)].join("; "));
}
