/**
 * Runs the tests, or those of files whose path matches a regular expression: node --import tsx test/run.ts [PATTERN] [--workers N]
 *
 * uvu's own runner takes one file after another in one process. Here processes of their own (one a core, two at least) take
 * files as they come to them, so that what one file has compiled is still there for the next; a file's output is printed
 * when it has ended, with its seconds, and what failed is said again at the end.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "uvu/parse";
import type { FileResult } from "./run-files.js";

const { values, positionals } = parseArgs({
  options: { workers: { type: "string" } },
  allowPositionals: true,
});
const files = await parse("test", positionals[0] ?? ".");
const suites = files.suites.filter(({ name }) => name.endsWith(".test.ts"));
if (suites.length === 0) {
  console.error(`no test file has a name like ${positionals[0]}`);
  process.exit(2);
}

/** Takes a minute, and would come last: one process would run it while the others have nothing to do. */
const first = "wasm3-bindings.test.ts";

const started = Date.now();
const results: FileResult[] = [];
const waiting = [...suites].sort((a, b) => Number(b.name === first) - Number(a.name === first));
const workers = Math.min(suites.length, Number(values.workers ?? Math.max(2, availableParallelism())));
await Promise.all(Array.from({ length: workers }, work));
summarize();

/** One process, given file after file until there are none. One that ends by itself fails the file that it had. */
async function work(): Promise<void> {
  while (waiting.length > 0) {
    const worker = fork(fileURLToPath(new URL("run-files.ts", import.meta.url)), { stdio: "inherit" });
    const ended = new Promise<string>((resolve) =>
      worker.once("exit", (code, signal) => resolve(signal ?? `code ${code}`)),
    );
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await Promise.race([runFile(worker, file), ended]);
      report(typeof result === "string" ? lostFile(file.name, result) : result);
      if (typeof result === "string") break;
    }
    if (worker.connected) worker.disconnect();
    await ended;
  }
}

function runFile(worker: ChildProcess, file: { name: string; file: string }): Promise<FileResult> {
  return new Promise((resolve) => {
    worker.once("message", (message) => resolve(message as FileResult));
    worker.send(file);
  });
}

function lostFile(name: string, how: string): FileResult {
  const errors = `  the process ended (${how}) before the file did\n`;
  return { name, output: errors, errors, passed: 0, total: 1, skipped: 0, seconds: 0 };
}

function report(result: FileResult): void {
  results.push(result);
  process.stdout.write(`\n${result.name}  ${result.seconds.toFixed(1)} s\n${result.output}`);
}

function summarize(): void {
  const sum = (of: (result: FileResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const slowest = [...results].sort((a, b) => b.seconds - a.seconds).slice(0, 15);
  const failed = results.filter(({ errors }) => errors !== "");
  const lines = [
    "Slowest:",
    ...slowest.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${name}`),
    ...failed.flatMap(({ name, errors }) => ["", `FAILED: ${name}`, errors]),
    "",
    `  Total:     ${sum(({ total }) => total)}`,
    `  Passed:    ${sum(({ passed }) => passed)}`,
    `  Skipped:   ${sum(({ skipped }) => skipped)}`,
    `  Duration:  ${((Date.now() - started) / 1000).toFixed(1)} s in ${workers} processes`,
  ];
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
