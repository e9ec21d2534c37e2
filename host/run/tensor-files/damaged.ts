import { WasmoteError } from "../../errors.js";

/** The error of a picture or sound that cannot be decoded. */
export function damaged(ending: string, detail: string): WasmoteError {
  return new WasmoteError("input-invalid", `damaged .${ending}: ${detail}`);
}
