import { WasmoteError } from "../errors.js";
import { mostRuns } from "../ops/decision/trigger.js";

const seconds: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };

/** The longest time that a file may name: boards count milliseconds in 32 bits. */
const mostSeconds = 3_600_000;

/** How a time is written: "20 ms". */
export const durationPattern = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h)\s*$/;

const bytesOfUnit: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2 };

/** How a size is written: "64 KB". */
export const sizePattern = /^\s*(\d+(?:\.\d+)?)\s*(B|KB|MB)\s*$/;

/** What an application's file gets wrong, and where in it. */
export function refuseApplication(at: string, why: string): never {
  throw new WasmoteError("application-invalid", at === "" ? why : `${at}: ${why}`);
}

/** A time in seconds. Throws `application-invalid` for what is none, or is longer than 1000 h. */
export function secondsOf(text: string, at: string): number {
  const [, number, unit] = durationPattern.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    return refuseApplication(at, `"${text}"; a time as "20 ms" or "1 s" is expected`);
  const found = Number(number) * (seconds[unit] as number);
  if (!(found <= mostSeconds)) refuseApplication(at, `"${text}"; a time of at most 1000 h is expected`);
  return found;
}

/** A size in whole bytes, at most `most`. Throws `application-invalid` for what is none. */
export function bytesOf(text: string, most: number, at: string): number {
  const [, number, unit] = sizePattern.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (bytesOfUnit[unit ?? ""] ?? Number.NaN));
  if (!(bytes <= most))
    refuseApplication(at, `"${text}"; a size as "64 KB", of at most ${most} bytes, is expected`);
  return bytes;
}

/**
 * A time as a whole number of what comes `rate` times a second. Throws `application-invalid` where it is none, or is below `least`.
 *
 * @param what comes: "samples"
 */
export function countOf(text: string, rate: number, at: string, what: string, least = 1): number {
  const exact = secondsOf(text, at) * rate;
  const count = Math.round(exact);
  if (Math.abs(exact - count) > 1e-6 * Math.max(1, exact))
    return refuseApplication(at, `${text} are ${exact.toFixed(3)} ${what}; a whole number is expected`);
  if (count < least)
    return refuseApplication(at, `${text} are ${count} ${what}; at least ${least} is expected`);
  if (count > mostRuns)
    return refuseApplication(at, `${text} are ${count} ${what}; at most ${mostRuns} are expected`);
  return count;
}

/** A time as people read it: "20 ms". */
export function millisecondsText(seconds: number): string {
  return `${Number((seconds * 1000).toFixed(3))} ms`;
}

/**
 * A time as the nearest number of runs that are so many seconds apart, at least `least`. Throws `application-invalid` where it is
 * longer than boards count.
 */
export function runsOf(text: string, period: number, at: string, least = 1): number {
  const runs = Math.max(least, Math.round(secondsOf(text, at) / period));
  if (!(runs <= mostRuns))
    refuseApplication(at, `${text} are ${runs} runs; at most ${mostRuns} are expected`);
  return runs;
}
