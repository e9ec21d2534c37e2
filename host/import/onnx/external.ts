import { WasmoteError } from "../../errors.js";
import type { ReadFile } from "../imported.js";
import { pathBeside, readBeside } from "../path-beside.js";
import type { TensorProto } from "./model.js";
import type { ReadExternal } from "./tensors.js";

/** A whole number of an entry. Throws `model-invalid`. */
function numberOf(entries: ReadonlyMap<string, string>, key: string, otherwise: number): number {
  const text = entries.get(key);
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new WasmoteError("model-invalid", `external data has the ${key} ${JSON.stringify(text)}`);
}

/**
 * Reads tensors whose data lie in files beside the model, each file once.
 *
 * @param modelPath the model's path; nothing outside of its folder is read
 * @param limit bytes of all files together
 */
export function externalReader(modelPath: string, readFile: ReadFile, limit: number): ReadExternal {
  const files = new Map<string, Uint8Array>();
  let left = limit;
  const open = (location: string): Uint8Array => {
    const path = pathBeside(modelPath, location, "external data");
    const known = files.get(path);
    if (known !== undefined) return known;
    const bytes = readBeside(path, readFile, left);
    left -= bytes.length;
    files.set(path, bytes);
    return bytes;
  };
  return ({ external = new Map<string, string>() }: TensorProto, bytes: number): Uint8Array => {
    const location = external.get("location") ?? "";
    const file = open(location);
    const offset = numberOf(external, "offset", 0);
    const length = numberOf(external, "length", bytes);
    if (offset + length <= file.length) return file.subarray(offset, offset + length);
    const detail = `${file.length} bytes; the model needs those up to ${offset + length}`;
    throw new WasmoteError("shard-short", detail, { file: location });
  };
}
