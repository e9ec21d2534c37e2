import { WasmoteError } from "../errors.js";
import { fileTooLarge, maxFileBytes } from "../files/limits.js";
import type { ReadFile } from "./imported.js";

/**
 * Reads the files that a user picked in a page, so that the importer finds a model and its shards among them by their
 * names, whatever folder they lie in. What is answered throws `file-unreadable` for a file that was not picked, and for
 * one of two that share a name, and `file-too-large` for one above the limit that is asked for.
 *
 * @throws `file-too-large` for a picked file that is larger than any that is read
 */
export async function readPickedFiles(files: Iterable<File>): Promise<ReadFile> {
  const picked = new Map<string, Uint8Array[]>();
  for (const file of files) {
    if (file.size > maxFileBytes) throw fileTooLarge(file.size, maxFileBytes, file.name);
    const bytes = new Uint8Array(await file.arrayBuffer());
    picked.set(file.name, [...(picked.get(file.name) ?? []), bytes]);
  }
  return (path, limit = maxFileBytes) => {
    const found = picked.get(path.split("/").pop() ?? path) ?? [];
    const [bytes] = found;
    if (bytes === undefined) throw new WasmoteError("file-unreadable", "it was not picked", { file: path });
    if (bytes.length > limit) throw fileTooLarge(bytes.length, limit, path);
    if (found.length === 1) return bytes;
    throw new WasmoteError("file-unreadable", `${found.length} files of that name were picked`, {
      file: path,
    });
  };
}
