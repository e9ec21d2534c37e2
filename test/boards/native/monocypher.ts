import { join } from "node:path";
import { WasmoteError } from "../../../host/errors.js";
import { cryptographySources } from "../../../host/firmware/cryptography.js";

/**
 * The folder of Monocypher's sources (monocypher.c, monocypher.h) and SHA-512's, of which boards/trust is made; undefined,
 * which is said aloud, where they are not there and cannot be fetched.
 */
export function monocypherSources(): string | undefined {
  try {
    return cryptographySources();
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    console.error(`SKIPPED: what takes Monocypher's sources, which are not to be had: ${error.message}`);
    return undefined;
  }
}

/**
 * What of a native program is of that folder, compiled as for boards (boards/CMakeLists.txt): the loops of SHA-512, not the long form that it
 * has for this machine.
 */
export function cryptographyOf(folder: string) {
  return {
    addressesOnly: [join(folder, "monocypher.c"), join(folder, "sha2.c")],
    folder,
    flags: [
      ...[
        "SMALL_KERNEL",
        "PORTABLE_ENDIAN_H__",
        "htobe32=__builtin_bswap32",
        "htobe64=__builtin_bswap64",
      ].map((each) => `-D${each}`),
      "-w",
    ],
  };
}
