import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder. */
export const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** C sources that the addon is compiled from and that are not the package's own. */
export const sharedSources = [
  "wasm3",
  "abi",
  "formats",
  "runtime",
  "accelerators",
  "superinstructions",
] as const;

/** Name of C sources that are not the package's own. */
export type SharedSource = (typeof sharedSources)[number];

const repositoryFolders = {
  abi: "boards/abi",
  formats: "boards/formats",
  runtime: "boards/runtime",
  accelerators: "boards/accelerators",
  superinstructions: "boards/wasm3",
} as const;

/** What of each folder the addon needs, and a packed package carries. */
const neededFiles: Record<SharedSource, RegExp> = {
  wasm3: /^(m3_(?!api_)\w+\.[ch]|wasm3(_defs)?\.h)$/,
  abi: /\.h$/,
  formats: /^custom_sections\.[ch]$/,
  runtime: /^(accelerator_imports|read_weights)\.[ch]$/,
  accelerators: /\.[ch]$/,
  superinstructions: /^(superinstructions\.c|(port-x86-64|idioms|fused-operations|fused-arithmetic)\.h)$/,
};

/**
 * The folder of C sources that are not the package's own: `wasm3`, the interpreter as it is, for the addon and for boards;
 * the others are rooms of the boards' (boards/), which include one another by relative paths.
 *
 * A packed package carries them; a checkout takes wasm3 from the development dependency and the rest from the repository.
 */
export function nativeSources(name: SharedSource): string {
  const isCheckout = existsSync(join(packageFolder, "src"));
  if (!isCheckout) return join(packageFolder, name);
  if (name === "wasm3") return join(wasm3Dependency(), "cpp");
  return join(packageFolder, "..", "..", repositoryFolders[name]);
}

/** Names of the files in `nativeSources(name)` that the addon needs. */
export function nativeSourceFiles(name: SharedSource): string[] {
  return readdirSync(nativeSources(name), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => neededFiles[name].test(file))
    .sort();
}

/** The folder of the development dependency that brings wasm3's sources. */
export function wasm3Dependency(): string {
  return dirname(createRequire(import.meta.url).resolve("react-native-webassembly/package.json"));
}

/**
 * wasm3's licence: the holders that its own files name, then the MIT text that the dependency carries; a packed package has
 * it as a file.
 */
export function wasm3Licence(): string {
  const packed = join(packageFolder, "wasm3", "LICENSE");
  if (existsSync(packed)) return readFileSync(packed, "utf8");
  const holders = new Set<string>();
  for (const file of nativeSourceFiles("wasm3")) {
    const header = readFileSync(join(nativeSources("wasm3"), file), "utf8").slice(0, 600);
    const copyrights = header.matchAll(/Copyright © (\d{4} [^\n]*?)\.?\s*(?:All rights reserved\.)?\s*\n/g);
    for (const [, holder] of copyrights) holders.add(holder!);
  }
  const mit = readFileSync(join(wasm3Dependency(), "LICENSE"), "utf8");
  const permission = mit.slice(mit.indexOf("Permission is hereby granted"));
  if (holders.size === 0 || !mit.includes("MIT License") || !permission.includes("WITHOUT WARRANTY")) {
    throw new Error("wasm3's licence could not be read from the dependency");
  }
  const packaged = mit.match(/Copyright \(c\) [^\n]+/)?.[0] ?? "";
  const lines = [...holders].sort().map((holder) => `Copyright (c) ${holder}`);
  return `wasm3\n\nMIT License\n\n${[...lines, packaged].join("\n")}\n\n${permission}`;
}
