import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";

/** Whether a process runs; one that has ended and waits for its parent to ask does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until something holds, for a quarter of a minute at most. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 600 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(holds(), what);
}
