import { z } from "zod";
import { durationPattern } from "./times.js";

/** A time: "20 ms". */
export const duration: z.ZodString = z
  .string('a time as "20 ms"')
  .regex(durationPattern, 'a time as "20 ms" or "1 s"');

/** What a stage, an event or an application may be called. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$/;

/** The name of a stage, or "source". */
export function stageName(what: string): z.ZodString {
  return z.string().min(1).describe(what);
}
