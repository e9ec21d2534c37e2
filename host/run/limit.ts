import type { Manifest } from "../package/manifest.js";

/** Time that every model has, and time for each multiply-accumulate: ten times what a slow machine takes. */
const baseMillis = 5000;
const millisAMac = 1e-4;

/** A manifest that claims more work than there is gets no more than this. */
const mostMillis = 60_000;

/** Most that one run may take in milliseconds, unless told: so much that no real model on a real machine reaches it. */
export function defaultLimitMillis({ steps }: Manifest): number {
  const macs = steps.reduce((sum, step) => sum + step.macs, 0);
  return Math.min(mostMillis, Math.ceil(baseMillis + macs * millisAMac));
}

/** The time for some work is over. */
export class TimeOver extends Error {}

/**
 * Does some work, and throws `TimeOver` where it takes longer than so many milliseconds: how an engine is interrupted.
 * Where it cannot be, as in a page, the work is simply done.
 */
export type Interrupt = <T>(millis: number, work: () => T) => T;
