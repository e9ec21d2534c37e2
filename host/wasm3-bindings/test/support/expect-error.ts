import * as assert from "uvu/assert";
import { TrapError, Wasm3Error, type Wasm3ErrorCode } from "../../src/index.ts";

/** Runs `action`, which must throw a Wasm3Error of that code, and returns the error. */
export function expectError(code: Wasm3ErrorCode, action: () => unknown): Wasm3Error {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Wasm3Error)) throw error;
    assert.is(error.code, code, error.message);
    return error;
  }
  assert.unreachable(`nothing was thrown; expected ${code}`);
  throw new Error("unreachable");
}

/** Runs `action`, which must trap like that. */
export function expectTrap(trap: TrapError["trap"], action: () => unknown): void {
  const error = expectError(trap === "stack-overflow" ? "stack-overflow" : "trap", action);
  assert.instance(error, TrapError);
  assert.is((error as TrapError).trap, trap);
}
