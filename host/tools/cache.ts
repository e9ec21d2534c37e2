import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Keeps compiled kernels between builds. */
export interface Cache {
  /** The code made from `parts`, from the cache where it is there, else made and kept. */
  fetch(parts: readonly string[], make: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** The cache's usual folder: `$XDG_CACHE_HOME/wasmote`, or `~/.cache/wasmote`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "wasmote");
}

/**
 * A content-addressed cache of compiled kernels in a folder: an entry's name is the SHA-256 of everything that goes
 * into the compiler. Damaged entries are made again; a folder that cannot be written to is
 * no error.
 */
export function openCache(folder: string = cacheFolder()): Cache {
  return {
    async fetch(parts, make) {
      const hash = createHash("sha256");
      for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
      const file = join(folder, `${hash.digest("hex")}.wasm`);
      try {
        const code = readFileSync(file);
        if (WebAssembly.validate(code)) return new Uint8Array(code);
      } catch {
        // not there: made below
      }
      const code = await make();
      try {
        mkdirSync(folder, { recursive: true });
        const draft = `${file}.${process.pid}.draft`;
        writeFileSync(draft, code);
        renameSync(draft, file);
      } catch {
        // a read-only home must not stop a build
      }
      return code;
    },
  };
}

/** Removes every entry; answers how many there were. */
export function clearCache(folder: string = cacheFolder()): number {
  let entries: string[];
  try {
    entries = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.wasm/.test(name));
  } catch {
    return 0;
  }
  for (const name of entries) rmSync(join(folder, name), { force: true });
  return entries.length;
}
