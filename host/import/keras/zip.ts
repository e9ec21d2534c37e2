import { type UnzipFileInfo, unzipSync } from "fflate";
import { WasmoteError } from "../../errors.js";
import { maxModelBytes } from "../../files/limits.js";
import { shown } from "../json-fields.js";

/** Files in an archive, at most. */
const maxEntries = 4096;

function tooLarge(detail: string): WasmoteError {
  return new WasmoteError("model-too-large", detail);
}

/**
 * Unpacks those files of a ZIP archive that are wanted. What is not wanted is not unpacked, whatever it claims to be.
 *
 * @returns the files by their paths
 * @throws `model-corrupt`, `model-too-large` for more than a model may have
 */
export function unpack(bytes: Uint8Array, isWanted: (path: string) => boolean): Map<string, Uint8Array> {
  let entries = 0;
  let total = 0;
  const filter = ({ name, originalSize, size, compression }: UnzipFileInfo): boolean => {
    if (++entries > maxEntries) throw tooLarge(`more than ${maxEntries} files in the archive`);
    if (!isWanted(name)) return false;
    // What is stored as it is has the size that it has there, whatever is claimed.
    total += compression === 0 ? Math.max(size, originalSize) : originalSize;
    if (total > maxModelBytes)
      throw tooLarge(`${shown(name)} and others unpack to more than ${maxModelBytes} bytes`);
    return true;
  };
  try {
    const files = unzipSync(bytes, { filter });
    return new Map(Object.entries(files));
  } catch (error) {
    if (error instanceof WasmoteError) throw error;
    throw new WasmoteError("model-corrupt", `the archive cannot be unpacked: ${(error as Error).message}`);
  }
}
