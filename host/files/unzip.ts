import { type UnzipFileInfo, unzipSync } from "fflate";
import { type ErrorCode, WasmoteError } from "../errors.js";

/** Files in an archive, at most. */
const maxEntries = 4096;

/** What is thrown for an archive. */
export interface ArchiveErrors {
  /** For one that cannot be unpacked. */
  damaged: ErrorCode;
  /** For one of more than the limit. */
  tooLarge: ErrorCode;
}

/**
 * Unpacks those files of a ZIP archive that are wanted. What is not wanted is not unpacked, whatever it claims to be.
 *
 * @param limit bytes that they unpack to at most, in all
 * @returns the files by their paths
 * @throws as `errors` says
 */
export function unpack(
  bytes: Uint8Array,
  isWanted: (path: string) => boolean,
  limit: number,
  errors: ArchiveErrors,
): Map<string, Uint8Array> {
  const tooLarge = (detail: string) => new WasmoteError(errors.tooLarge, detail);
  let entries = 0;
  let total = 0;
  const filter = ({ name, originalSize, size, compression }: UnzipFileInfo): boolean => {
    if (++entries > maxEntries) throw tooLarge(`more than ${maxEntries} files in the archive`);
    if (!isWanted(name)) return false;
    // What is stored as it is has the size that it has there, whatever is claimed.
    total += compression === 0 ? Math.max(size, originalSize) : originalSize;
    if (total > limit)
      throw tooLarge(`${JSON.stringify(name)} and others unpack to more than ${limit} bytes`);
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (error) {
    if (error instanceof WasmoteError) throw error;
    throw new WasmoteError(errors.damaged, `the archive cannot be unpacked: ${(error as Error).message}`);
  }
}
