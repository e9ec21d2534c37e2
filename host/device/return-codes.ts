import { z } from "zod";
import { type ModelError, modelErrors } from "../abi/return-codes.js";
import { type ErrorCode, WasmoteError } from "../errors.js";
import { readAnswer } from "./answers.js";
import type { Payload } from "./smp.js";

/** Group numbers of docs/link.md. */
export const groups = { os: 0, image: 1, inference: 64 } as const;

/** Entries of the error table for the errors of group 64 and of uploads. */
const errorsOf: Readonly<Record<Exclude<ModelError, "ok">, ErrorCode>> = {
  unknown: "board-failed",
  "no-model": "board-no-model",
  "bad-request": "board-bad-request",
  "bad-model": "board-bad-model",
  abi: "board-abi",
  memory: "board-memory",
  flash: "board-flash",
  hash: "board-hash",
  trap: "board-trap",
  limit: "board-limit",
  busy: "board-busy",
  untrusted: "board-untrusted",
  older: "board-older",
  locked: "board-locked",
  "self-test": "board-self-test",
  "no-base": "board-no-base",
  "bad-patch": "board-bad-patch",
  sealed: "board-sealed",
};

/** Error numbers of group 64 and of uploads (docs/link.md): name there, and entry of the error table. */
export const returnCodes: Readonly<Record<number, { name: ModelError; error: ErrorCode }>> =
  Object.fromEntries(
    modelErrors.flatMap((name, code) => (name === "ok" ? [] : [[code, { name, error: errorsOf[name] }]])),
  );

/** Errors of SMP itself. Source: Zephyr, `enum mcumgr_err_t`. */
const protocolErrors: Readonly<Record<number, string>> = {
  1: "unknown error",
  2: "out of memory",
  3: "bad request",
  4: "time-out",
  5: "no such entry",
  6: "bad state",
  7: "answer too long",
  8: "not supported",
  9: "damaged request",
  10: "busy",
  11: "access denied",
  12: "protocol too old",
  13: "protocol too new",
};

/** How an answer carries an error. */
const errorSchema = z.object({
  err: z.object({ group: z.int(), rc: z.int() }).optional(),
  rc: z.int().optional(),
  /** Whether the failed run had the model's state reset. */
  reset: z.boolean().optional(),
  /** Whether the model before came back, since this one was on trial. */
  reverted: z.boolean().optional(),
});

/**
 * The error that an answer carries, if it carries one. Throws `board-protocol` where it carries one of no kind.
 *
 * @param what the request, for a person
 */
export function errorIn(payload: Payload, what: string): WasmoteError | undefined {
  const { err, rc, reset, reverted } = readAnswer(errorSchema, payload, what);
  if (err) {
    if (err.rc === 0) return undefined;
    const ofModels = err.group === groups.inference || err.group === groups.image;
    const known = ofModels ? returnCodes[err.rc] : undefined;
    const state = [
      reset ? "; the model's state was reset" : "",
      reverted ? "; its trial has ended, and the model before is active" : "",
    ].join("");
    if (known !== undefined) {
      return new WasmoteError(known.error, `${what}: rc ${err.rc} (${known.name})${state}`);
    }
    return new WasmoteError("board-failed", `${what}: rc ${err.rc} of group ${err.group}`);
  }
  if (!rc) return undefined;
  return new WasmoteError("board-failed", `${what}: SMP error ${rc} (${protocolErrors[rc] ?? "unknown"})`);
}
