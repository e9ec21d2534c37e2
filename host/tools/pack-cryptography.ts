/**
 * Copies the cryptography's sources, which the repository does not hold, with their licences to where the tarball carries them,
 * before npm packs it; without pip, where nothing is fetched yet, the pack fails. `--remove` takes them away again.
 */
import { cpSync, rmSync } from "node:fs";
import { cryptographySources, packedCryptography } from "../firmware/cryptography.js";

rmSync(packedCryptography, { recursive: true, force: true });
if (!process.argv.includes("--remove"))
  cpSync(cryptographySources(), packedCryptography, { recursive: true });
