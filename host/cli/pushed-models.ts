import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { sha256Of } from "../files/sha256.js";
import { userCache } from "../tools/user-cache.js";

/** Files of models that are kept at most, the last ones that were sent. */
const mostKept = 16;
const privateFolder = 0o700;
const privateFile = 0o600;
const ending = ".wasm";

function folder(): string | undefined {
  const cache = userCache();
  return cache === undefined ? undefined : join(cache, "pushed");
}

/**
 * Keeps a model that a board has now, so that the next one can be sent as a patch to it: in the user's cache, for the user alone, the
 * last 16 of them. Where that cannot be written, nothing is kept.
 */
export function keepPushed(wasm: Uint8Array): void {
  const kept = folder();
  if (kept === undefined) return;
  const file = join(kept, `${sha256Of(wasm)}${ending}`);
  try {
    mkdirSync(kept, { recursive: true, mode: privateFolder });
    if (existsSync(file)) utimesSync(file, new Date(), new Date());
    else {
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, wasm, { mode: privateFile });
      renameSync(draft, file);
    }
    forgetOldest(kept);
  } catch {
    // it would have been a help, no more
  }
}

function forgetOldest(kept: string): void {
  const files = readdirSync(kept)
    .filter((name) => name.includes(ending))
    .map((name) => join(kept, name));
  const age = new Map(files.map((file) => [file, statSync(file).mtimeMs]));
  files.sort((a, b) => (age.get(b) as number) - (age.get(a) as number));
  for (const file of files.slice(mostKept)) rmSync(file, { force: true });
}

/** The file of that SHA-256, 32 bytes, that was kept when it was sent; undefined where there is none. */
export function pushedModel(hash: Uint8Array): Uint8Array | undefined {
  const kept = folder();
  if (kept === undefined) return undefined;
  const name = Buffer.from(hash).toString("hex");
  try {
    const bytes = new Uint8Array(readFileSync(join(kept, `${name}${ending}`)));
    return sha256Of(bytes) === name ? bytes : undefined;
  } catch {
    return undefined;
  }
}
