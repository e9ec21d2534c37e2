import { WasmoteError } from "../../../host/errors.js";
import { cryptographySources } from "../../../host/firmware/cryptography.js";

/**
 * The folder of Monocypher's sources (monocypher.c, monocypher.h) and SHA-512's, of which boards/trust is made; undefined, which is said aloud,
 * where they are not there and cannot be fetched.
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
