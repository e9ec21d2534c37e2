import { readFileSync } from "node:fs";

/** This package's version, as its package.json says. */
export function packageVersion(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}
