import { percent } from "../figures.js";
import type { ErrorReport } from "./types.js";

/** A tensor's signal-to-quantization-noise ratio: "31.4" in decibels, "exact", "-" where there is no signal. */
export function decibels({ sqnr, exact }: Pick<ErrorReport, "sqnr" | "exact">): string {
  return exact ? "exact" : sqnr === undefined ? "-" : sqnr.toFixed(1);
}

/** A real number of three digits. */
export function real(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A part of 1 as percent; "-" where there is none. */
export function part(value: number | undefined): string {
  return value === undefined ? "-" : percent(value, 1);
}

/** "1 sample", "12 samples". */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en-US")} ${thing}${count === 1 ? "" : "s"}`;
}
