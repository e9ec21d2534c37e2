import { trigger } from "./trigger.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [trigger] as const;
