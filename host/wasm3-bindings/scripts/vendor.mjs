/**
 * Copies what the tarball needs and the repository does not hold into the package, before npm packs it:
 * wasm3's sources with their licence, the C files shared with the firmware, the accelerators, the repository's
 * licence.
 * `--remove` takes them away again.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  abiFolder,
  acceleratorsFolder,
  firmwareFolder,
  packageFolder,
  superinstructionsFolder,
  wasm3Dependency,
} from "./native-sources.mjs";

const superinstructionFiles = [
  "superinstructions.c",
  "port-x86-64.h",
  "idioms.h",
  "fused-operations.h",
  "fused-arithmetic.h",
];
const firmwareFiles = ["custom_sections.c", "custom_sections.h", "read_weights.c", "read_weights.h"];

/** wasm3's licence: the holders that its own files name, then the MIT text that the dependency carries. */
function licenceText(sources, files, licence) {
  const holders = new Set();
  for (const file of files) {
    const header = readFileSync(join(sources, file), "utf8").slice(0, 600);
    for (const [, holder] of header.matchAll(
      /Copyright © (\d{4} [^\n]*?)\.?\s*(?:All rights reserved\.)?\s*\n/g,
    ))
      holders.add(holder);
  }
  const mit = readFileSync(licence, "utf8");
  const permission = mit.slice(mit.indexOf("Permission is hereby granted"));
  if (holders.size === 0 || !mit.includes("MIT License") || !permission.includes("WITHOUT WARRANTY")) {
    throw new Error("vendor: wasm3's licence could not be read from the dependency");
  }
  const packaged = mit.match(/Copyright \(c\) [^\n]+/)?.[0] ?? "";
  const lines = [...holders].sort().map((holder) => `Copyright (c) ${holder}`);
  return `wasm3\n\nMIT License\n\n${[...lines, packaged].join("\n")}\n\n${permission}`;
}

for (const name of ["wasm3", "firmware", "abi", "accelerators", "superinstructions"])
  rmSync(join(packageFolder, name), { recursive: true, force: true });
rmSync(join(packageFolder, "LICENSE"), { force: true });

if (!process.argv.includes("--remove")) {
  const { sources, licence } = wasm3Dependency();
  const files = readdirSync(sources).filter((file) => /^(m3_(?!api_)\w+\.[ch]|wasm3(_defs)?\.h)$/.test(file));
  mkdirSync(join(packageFolder, "wasm3"));
  for (const file of files) copyFileSync(join(sources, file), join(packageFolder, "wasm3", file));
  writeFileSync(join(packageFolder, "wasm3", "LICENSE"), licenceText(sources, files, licence));

  mkdirSync(join(packageFolder, "firmware"));
  for (const file of firmwareFiles)
    copyFileSync(join(firmwareFolder(), file), join(packageFolder, "firmware", file));

  mkdirSync(join(packageFolder, "abi"));
  copyFileSync(join(abiFolder(), "abi.h"), join(packageFolder, "abi", "abi.h"));

  mkdirSync(join(packageFolder, "accelerators"));
  for (const file of readdirSync(acceleratorsFolder()).filter((name) => /\.[ch]$/.test(name)))
    copyFileSync(join(acceleratorsFolder(), file), join(packageFolder, "accelerators", file));

  mkdirSync(join(packageFolder, "superinstructions"));
  for (const file of superinstructionFiles)
    copyFileSync(join(superinstructionsFolder(), file), join(packageFolder, "superinstructions", file));
  copyFileSync(join(packageFolder, "..", "..", "LICENSE"), join(packageFolder, "LICENSE"));
}
