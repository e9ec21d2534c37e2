import { WasmoteError } from "../errors.js";
import type { ReadFile } from "./imported.js";

/**
 * Path of a file that a model names, which lies in the model's folder or below. Throws `model-invalid` for one that leaves
 * it.
 *
 * @param what what the model names so: "shard"
 */
export function pathBeside(modelPath: string, named: string, what: string): string {
  const forward = named.replaceAll("\\", "/");
  const parts = forward.split("/").filter((part) => part !== "" && part !== ".");
  const shown = JSON.stringify(named.length > 100 ? `${named.slice(0, 100)}...` : named);
  if (forward.includes("\0")) throw new WasmoteError("model-invalid", `${what} path ${shown} names no file`);
  const leaves = /^(\/|[a-z][a-z0-9+.-]*:)/i.test(forward) || parts.includes("..");
  if (leaves || parts.length === 0)
    throw new WasmoteError("model-invalid", `${what} path ${shown} leaves the model's folder`);
  const slash = Math.max(modelPath.lastIndexOf("/"), modelPath.lastIndexOf("\\"));
  return modelPath.slice(0, slash + 1) + parts.join("/");
}

/** Bytes of a file that a model names, at most so many. Throws `shard-missing` where there is none. */
export function readBeside(path: string, readFile: ReadFile, limit: number): Uint8Array {
  try {
    return readFile(path, limit);
  } catch (error) {
    if (!(error instanceof WasmoteError) || error.code !== "file-unreadable") throw error;
    throw new WasmoteError("shard-missing", error.detail, { file: path });
  }
}
