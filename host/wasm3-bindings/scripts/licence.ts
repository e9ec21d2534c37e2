import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeSourceFiles, nativeSources, wasm3Dependency } from "../src/sources.ts";

/** wasm3's licence: the holders that its own files name, then the MIT text that the dependency carries. */
export function licenceText(): string {
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
