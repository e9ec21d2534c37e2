/** Codes that a model's `run` returns; anything but `done` leaves memory as it was. */
export const runCodes = { done: 0, invalidSteps: 1 } as const;

/**
 * Errors that a board answers to requests of group 64 and to uploads (docs/link.md), by number. Names of C are these
 * with `model` before them: `modelBadRequest`.
 */
export const modelErrors = [
  "ok",
  "unknown",
  "no-model",
  "bad-request",
  "bad-model",
  "abi",
  "memory",
  "flash",
  "hash",
  "trap",
  "limit",
  "busy",
  "untrusted",
  "older",
  "locked",
  "self-test",
  "no-base",
  "bad-patch",
  "sealed",
] as const;

/** Name of an error that a board answers. */
export type ModelError = (typeof modelErrors)[number];
