import { z } from "zod";
import { mostPin, pinOf } from "../boards/pins.js";
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

const pinExpected = 'a pin as 25, "GPIO25", "PA5", "P0.13" or "LED0"';

/** A pin: its number, or its name as the board's maker writes it. */
export const pinField = z.union(
  [z.int().min(0).max(mostPin), z.string().refine((name) => pinOf(name) !== undefined, pinExpected)],
  pinExpected,
);

/** The number of a pin. */
export function pinNumber(pin: number | string): number {
  return typeof pin === "number" ? pin : (pinOf(pin)?.number as number);
}

/** The name of a driver that a firmware was built with besides its own. */
export const ownDriver = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,15}$/, "the name of a driver: letters, digits and _, at most 16");
