import { readdirSync, statSync } from "node:fs";
import { readWholeFile } from "../files/read.js";

/** Name of the file that says where a built model's layers lie. */
export const layersFile = "layers.json";

/**
 * Reads a model's file.
 *
 * @throws `file-unreadable` and `format-convertible` also for a folder, by what is in it; `file-empty`, `file-too-large`
 */
export async function readModelFile(path: string): Promise<Uint8Array> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    const { answerOfFolder } = await import("../import/conversions.js");
    throw answerOfFolder(path, readdirSync(path).sort());
  }
  return readWholeFile(path);
}
