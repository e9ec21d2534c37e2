import { readdirSync } from "node:fs";

/** All tests of the package, by folder. */
const folder = new URL("../host/wasm3-bindings/test/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
for (const file of files.sort()) await import(new URL(file, folder).href);
