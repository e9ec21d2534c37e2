import * as assert from "uvu/assert";
import { type Refusal, UnsupportedModelError, WasmoteError } from "../host/errors.js";

/** The error that some work ends with, which must be one of the error table; the work is called where it is a function. */
export async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<WasmoteError> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    assert.instance(error, WasmoteError);
    return error as WasmoteError;
  }
  throw new Error("it must be refused");
}

/** The code of the error that some work ends with, which must be one of the error table; "none" where it ends well. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof WasmoteError) return error.code;
    throw error;
  }
  return "none";
}

/** What of a model cannot be run, where that is how the work ends. */
export async function refusalsOf(work: Promise<unknown>): Promise<readonly Refusal[]> {
  const error = await errorOf(work);
  assert.instance(error, UnsupportedModelError, error.message);
  return (error as UnsupportedModelError).refusals;
}
