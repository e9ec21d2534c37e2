import * as assert from "uvu/assert";
import { type ErrorCode, WasmoteError } from "../../../host/errors.js";

/** Asserts that the work is refused with this code, and that its message matches. */
export async function refused(work: () => unknown, code: ErrorCode, message: RegExp): Promise<void> {
  let thrown: unknown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  assert.instance(thrown, WasmoteError, `expected ${code}, got ${thrown}`);
  assert.is((thrown as WasmoteError).code, code);
  assert.match((thrown as WasmoteError).message, message);
}
