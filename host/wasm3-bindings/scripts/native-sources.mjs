/**
 * Prints the folder that holds C sources which are not the package's own, relative to the package.
 *
 * node scripts/native-sources.mjs wasm3      the interpreter
 * node scripts/native-sources.mjs firmware   files shared with the boards' firmware
 * node scripts/native-sources.mjs accelerators   native micro-kernels, likewise
 * node scripts/native-sources.mjs superinstructions   wasm3's compiler with superinstructions, likewise
 *
 * A packed package carries both; a checkout takes wasm3 from the development dependency and the rest from
 * the repository.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const packageFolder = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The folder of wasm3's sources in the development dependency, and that dependency's licence file. */
export function wasm3Dependency() {
  const manifest = createRequire(import.meta.url).resolve("react-native-webassembly/package.json");
  return { sources: join(dirname(manifest), "cpp"), licence: join(dirname(manifest), "LICENSE") };
}

/** The folder of the C files that the addon shares with the firmware, in a checkout. */
export function firmwareFolder() {
  return join(packageFolder, "..", "..", "boards", "firmware");
}

/** The folder of the generated interface, in a checkout. The accelerators include it as `../abi/abi.h`. */
export function abiFolder() {
  return join(packageFolder, "..", "..", "boards", "abi");
}

/** The folder of the accelerators' C files, in a checkout. */
export function acceleratorsFolder() {
  return join(packageFolder, "..", "..", "boards", "accelerators");
}

/** The folder of the superinstructions' C files, in a checkout. */
export function superinstructionsFolder() {
  return join(packageFolder, "..", "..", "boards", "wasm3");
}

/** Where the named sources are for this copy of the package. Throws if they are nowhere. */
export function nativeSources(name) {
  const packed = join(packageFolder, name);
  if (existsSync(packed)) return packed;
  if (name === "wasm3") return wasm3Dependency().sources;
  if (name === "firmware") return firmwareFolder();
  if (name === "accelerators") return acceleratorsFolder();
  if (name === "superinstructions") return superinstructionsFolder();
  throw new Error(
    `native-sources: "${name}" is none of "wasm3", "firmware", "accelerators", "superinstructions"`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(relative(packageFolder, nativeSources(process.argv[2])).split(sep).join("/"));
}
