import { maxModelBytes } from "../../files/limits.js";
import { unpack as unpackFiles } from "../../files/unzip.js";

/**
 * Unpacks those files of a model's ZIP archive that are wanted.
 *
 * @returns the files by their paths
 * @throws `model-corrupt`, `model-too-large` for more than a model may have
 */
export function unpack(bytes: Uint8Array, isWanted: (path: string) => boolean): Map<string, Uint8Array> {
  return unpackFiles(bytes, isWanted, maxModelBytes, {
    damaged: "model-corrupt",
    tooLarge: "model-too-large",
  });
}
