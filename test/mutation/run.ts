/*
 * Asks whether the suite can fail: changes a folder's sources one place at a time, and runs its tests after each change.
 *
 *   npm run mutation -- FOLDER [--threshold PERCENT] [--tests PATTERN]
 *
 * Prints each change that no test noticed, with its file and line, and exits with 1 where fewer than the threshold were
 * noticed. Only a copy is changed, which is removed at the end. See docs/mutation.md.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isNative, suiteOf } from "./suites.js";

/** Run by npx, since only whoever asks needs its 64 MB. */
const stryker = "@stryker-mutator/core@9.6.1";
const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));

interface Report {
  files: Record<string, { mutants: Mutant[] }>;
}

interface Mutant {
  status: string;
  mutatorName: string;
  replacement?: string;
  statusReason?: string;
  location: { start: { line: number; column: number } };
}

function fail(message: string): never {
  console.error(
    `${message}\nusage: npm run mutation -- FOLDER [--threshold PERCENT] [--tests PATTERN] [--sample NUMBER, native code only]`,
  );
  process.exit(2);
}

/** Tests below `test` that a pattern matches. */
function testsOf(suite: string): string[] {
  const pattern = new RegExp(suite, "i");
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".test.ts") && pattern.test(name));
}

/** Options of StrykerJS for a folder or file and the tests that are asked; `work` is a folder for whatever it writes. */
function configure(path: string, suite: string, work: string): object {
  const tests = `(?=.*\\.test\\.js$)(?:${suite})`;
  const packages = join(root, "node_modules").replaceAll("\\", "/");
  const sources = path.endsWith(".ts") ? path : `${path}/**/*.ts`;
  return {
    mutate: [sources, "!**/*.generated.ts"],
    testRunner: "command",
    commandRunner: {
      command: `node node_modules/uvu/bin.js test "${tests.replaceAll("\\", "\\\\")}" --bail`,
    },
    buildCommand: `node test/mutation/compile.mjs ${packages.replaceAll(" ", "\\ ")}`,
    symlinkNodeModules: false,
    tsconfigFile: "none",
    checkers: [],
    plugins: [],
    concurrency: 2,
    ignorePatterns: ["/dist", "/build", "/out", "/.cache"],
    timeoutMS: 10_000,
    tempDirName: join(work, "copy"),
    cleanTempDir: "always",
    reporters: ["progress-append-only", "json"],
    jsonReporter: { fileName: join(work, "report.json") },
    allowConsoleColors: false,
    allowEmpty: false,
    disableTypeChecks: false,
    logLevel: "warn",
  };
}

const noticed = ["Killed", "Timeout", "RuntimeError", "CompileError"];

/** Prints what was not noticed; gives the percentage that was. */
function print(report: Report): number {
  let all = 0;
  let caught = 0;
  let late = 0;
  let ignored = 0;
  for (const [file, { mutants }] of Object.entries(report.files)) {
    for (const { status, location, mutatorName, replacement = "" } of mutants) {
      if (status === "Ignored") {
        ignored++;
        continue;
      }
      all++;
      if (status === "Timeout") late++;
      if (noticed.includes(status)) caught++;
      else {
        const { line, column } = location.start;
        console.log(
          `${file}:${line}:${column} ${mutatorName}: ${replacement.replace(/\s+/g, " ").slice(0, 100)}`,
        );
      }
    }
  }
  const percent = all === 0 ? 0 : (100 * caught) / all;
  console.log(
    `${caught} of ${all} changes noticed (${percent.toFixed(1)} %), ${late} of them by a time-out; ${ignored} left out as equivalent`,
  );
  return percent;
}

/**
 * Runs StrykerJS in a process group of its own, which ends with this process, and gives its exit code.
 *
 * @param temporary folder for the tests' temporary files: tests that are ended leave theirs behind
 */
function runStryker(config: string, temporary: string): Promise<number> {
  const args = ["--yes", "--package", stryker, "--", "stryker", "run", config];
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn("npx", args, { cwd: root, env, stdio: ["ignore", 2, 2], detached: true });
  const end = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    process.exitCode = signal === "SIGINT" ? 130 : 143;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, end);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      for (const signal of signals) process.off(signal, end);
      resolve(code ?? Number(process.exitCode ?? 1));
    });
  });
}

async function mutate(path: string, suite: string, threshold: number): Promise<number> {
  const work = mkdtempSync(join(tmpdir(), "wasmote-mutation-"));
  try {
    const config = join(work, "stryker.json");
    writeFileSync(config, JSON.stringify(configure(path, suite, work)));
    const temporary = join(work, "tmp");
    mkdirSync(temporary);
    const code = await runStryker(config, temporary);
    const report = join(work, "report.json");
    if (!existsSync(report)) return code || 2;
    return print(JSON.parse(readFileSync(report, "utf8")) as Report) < threshold ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threshold: { type: "string" }, tests: { type: "string" }, sample: { type: "string" } },
});
const [folder, ...more] = positionals;
if (folder === undefined || more.length > 0) fail("one folder is expected");
const threshold = Number(values.threshold ?? 0);
if (!(threshold >= 0 && threshold <= 100)) fail(`the threshold is ${values.threshold}; 0 to 100 is expected`);
const path = relative(root, resolve(root, folder)).replaceAll("\\", "/");
if (path.startsWith("..") || !existsSync(join(root, path))) fail(`${folder} is not in this project`);
if (isNative(path)) {
  const native = fileURLToPath(new URL("native.ts", import.meta.url));
  const args = ["--import", "tsx", native, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
} else {
  if (!path.startsWith("host/") || (statSync(join(root, path)).isFile() && !path.endsWith(".ts")))
    fail(`${folder} holds no sources to change: a folder below host, boards or assembly is expected`);
  const suite = values.tests ?? suiteOf(path);
  if (testsOf(suite).length === 0) fail(`no test below test matches ${suite}`);
  process.exitCode = await mutate(path, suite, threshold);
}
