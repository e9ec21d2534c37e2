/** What a check looked at. The order is that of a report. */
export const rooms = ["models", "firmware", "emulators", "flashing", "ports"] as const;

/**
 * How a thing stands: `ok` it is there; `missing` it is not, and something cannot be done; `optional` it is not, but all
 * that it could do is done by something else; `hint` it is there, and stands in the way of some.
 */
export type State = "ok" | "missing" | "optional" | "hint";

/** One thing of this machine. */
export interface Finding {
  room: (typeof rooms)[number];
  what: string;
  state: State;
  /** Where or how it was found, or what is wrong with it. */
  detail?: string;
  /** What it is needed for, as it goes on after "for". */
  neededFor: string;
  /** The one command that mends it; a page's address where no command does. */
  mend?: string;
  /** What is to be done after the command, as it goes on after "then". */
  afterwards?: string;
}

/** So many boards are named in a line. */
const namedBoards = 3;

/** "pico, pico-2 and 7 more boards". */
export function boardList(boards: readonly string[]): string {
  const more = boards.length - namedBoards;
  if (more <= 1) return boards.join(", ");
  return `${boards.slice(0, namedBoards).join(", ")} and ${more} more boards`;
}
