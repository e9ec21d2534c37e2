import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";

const folder = join(dirname(fileURLToPath(import.meta.url)), "golden");

/** Whether golden files are written anew: `WASMOTE_GOLDEN=write npm run test:unit`. The diff is then reviewed. */
const writing = process.env.WASMOTE_GOLDEN === "write";

/** Compares text with the golden file of that name. */
export function assertGolden(name: string, text: string): void {
  const file = join(folder, name);
  if (writing) writeFileSync(file, text);
  assert.ok(existsSync(file), `${name} exists; WASMOTE_GOLDEN=write makes it`);
  assert.fixture(text, readFileSync(file, "utf8"));
}
