import { cryptographySources, hasCryptography } from "../../../host/firmware/cryptography.js";
import { findTool } from "../../../host/tools/find.js";

/**
 * The folder of Monocypher's sources (monocypher.c, monocypher.h), of which boards/trust is made; undefined where they are not
 * there, and this machine has no pip to fetch them.
 */
export function monocypherSources(): string | undefined {
  return hasCryptography() || findTool("pip") !== undefined ? cryptographySources() : undefined;
}
