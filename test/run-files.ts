/** A process of test/run.ts: is sent test files, runs each by uvu and answers with what came of it. */
import { inspect } from "node:util";

/** What came of a file: `errors` is empty where all passed. */
export interface FileResult {
  name: string;
  /** All that the file's tests and uvu printed. */
  output: string;
  /** What uvu says of tests that failed. */
  errors: string;
  passed: number;
  total: number;
  skipped: number;
  seconds: number;
}

/** A suite as uvu queues it, run: what failed (or true), how many passed, were skipped and were there. */
type Suite = () => Promise<[string | true, number, number, number]>;

const queue = globalThis as unknown as { UVU_DEFER: number; UVU_INDEX: number; UVU_QUEUE: Suite[][] };
queue.UVU_DEFER = 1;
queue.UVU_QUEUE = [[]];
queue.UVU_INDEX = 0;

let output = "";
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text: Uint8Array | string, encoding?: unknown, done?: unknown): boolean => {
    output += typeof text === "string" ? text : Buffer.from(text).toString();
    const end = typeof encoding === "function" ? encoding : done;
    if (typeof end === "function") queueMicrotask(() => end());
    return true;
  };
}

process.on("message", async ({ name, file }: { name: string; file: string }) => {
  const started = performance.now();
  const result: FileResult = { name, output: "", errors: "", passed: 0, total: 0, skipped: 0, seconds: 0 };
  output = "";
  queue.UVU_QUEUE = [[]];
  try {
    await import(`file://${file}`);
    for (const suite of queue.UVU_QUEUE[0] as Suite[]) {
      const [told, passed, skipped, total] = await suite();
      // A hook before the tests that throws ends them, of which uvu says nothing.
      const isCutShort = told === true && passed < total;
      const errors = isCutShort ? `  ${total - passed} tests did not run: a hook before them failed\n` : told;
      if (errors !== true) {
        result.errors += errors;
        output += `\n${errors}\n`;
      }
      result.passed += passed;
      result.skipped += skipped;
      result.total += total;
    }
  } catch (error) {
    result.errors += `  ${inspect(error)}\n`;
    result.total++;
    output += result.errors;
  }
  process.send?.({ ...result, output, seconds: (performance.now() - started) / 1000 });
});
