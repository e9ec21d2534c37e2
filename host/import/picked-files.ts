import { WasmoteError } from "../errors.js";
import type { ReadFile } from "./index.js";

/**
 * Reads the files that a user picked in a page, so that the importer finds a model and its shards among them by their
 * names, whatever folder they lie in. What is answered throws `file-unreadable` for a file that was not picked, and for
 * one of two that share a name.
 */
export async function readPickedFiles(files: Iterable<File>): Promise<ReadFile> {
  const picked = new Map<string, Uint8Array[]>();
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    picked.set(file.name, [...(picked.get(file.name) ?? []), bytes]);
  }
  return (path) => {
    const found = picked.get(path.split("/").pop() ?? path) ?? [];
    const [bytes] = found;
    if (bytes === undefined) throw new WasmoteError("file-unreadable", "it was not picked", { file: path });
    if (found.length === 1) return bytes;
    throw new WasmoteError("file-unreadable", `${found.length} files of that name were picked`, {
      file: path,
    });
  };
}
