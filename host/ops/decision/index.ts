import { trigger } from "./trigger.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [trigger] as const;
