import { z } from "zod";
import { level } from "./answers.js";
import { groups } from "./return-codes.js";
import { type Message, operations } from "./smp.js";

/** An event of which a board tells without being asked for it. */
export interface Notice {
  /** Which event it is, and its name. */
  readonly event: number;
  readonly name: string;
  readonly run: number;
  readonly level: number;
}

/** The command under which boards send them. */
export const noticeCommand = 19;

const schema = z.object({
  event: z.int().nonnegative(),
  name: z.string(),
  run: z.int().nonnegative(),
  level,
});

/** The event that a message tells of; undefined where it is an answer, or malformed. */
export function noticeIn({ operation, group, command, payload }: Message): Notice | undefined {
  const isNotice =
    operation === operations.readAnswer && group === groups.inference && command === noticeCommand;
  return isNotice ? schema.safeParse(payload).data : undefined;
}
