import { z } from "zod";
import { durationPattern, sizePattern } from "./times.js";

/** A time: "20 ms". */
export const duration: z.ZodString = z
  .string('a time as "20 ms"')
  .regex(durationPattern, 'a time as "20 ms" or "1 s"');

/** A number of bytes: "64 KB". */
export const size: z.ZodString = z
  .string('a size as "64 KB"')
  .regex(sizePattern, 'a size as "64 KB", in B, KB or MB');

/** What a stage, an event or an application may be called. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$/;

/** The name of a stage, or "source". */
export function stageName(what: string): z.ZodString {
  return z.string().min(1).describe(what);
}
