import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { prepareWasm3 } from "../../host/run/wasm3.js";
import type { ChildMessage, ChildTask } from "./child.js";
import { targetsFolder } from "./registry.js";

/** How a target is run and watched. */
export interface WatchOptions {
  cases: number;
  seed: number;
  first?: number;
  /** Where the inputs of findings are saved. */
  findings: string;
  /** Longest that one case may take, in milliseconds; 5000 unless told. */
  caseMillis?: number;
  /** Most resident memory of the process that tries the cases, in bytes; 512 MiB unless told. */
  maxBytes?: number;
  /** The folder that the target is in; `targets/` unless told. */
  targets?: string;
  log?(line: string): void;
}

/** A finding of which the input is saved. */
export interface SavedFinding {
  index: number;
  message: string;
  /** The folder that the input is in. */
  saved: string;
}

/** What running a target gave. */
export interface TargetReport {
  outcomes: Record<string, number>;
  findings: SavedFinding[];
}

const defaults = { targets: targetsFolder, first: 0, caseMillis: 5000, maxBytes: 512 * 1024 * 1024 };
const tsx = new URL(import.meta.resolve("tsx")).href;
const maxCrashes = 10;
const lookEveryMillis = 200;
/** Longest that a process takes until its first case: it compiles the project's TypeScript, and builds its originals. */
const startMillis = 120_000;

/**
 * Runs a target in a process of its own. A case that takes too long, takes too much memory, or ends the process, is a
 * finding; another process goes on behind it.
 */
export async function runTarget(name: string, options: WatchOptions): Promise<TargetReport> {
  const {
    cases,
    seed,
    findings: folder,
    targets,
    first,
    caseMillis,
    maxBytes,
    log,
  } = { ...defaults, ...options };
  // Before any case: compiling it takes longer than a case may.
  await prepareWasm3({});
  const work = mkdtempSync(join(tmpdir(), "wasmote-fuzz-"));
  const report: TargetReport = { outcomes: {}, findings: [] };
  try {
    const task = { name, targets, seed, maxBytes, findings: folder, progress: join(work, "progress") };
    let next = first;
    for (let crashes = 0; next < cases && crashes < maxCrashes; crashes++) {
      const ended = await watch({ ...task, first: next, cases, save: false }, caseMillis, report, log);
      if (ended === undefined) break;
      const { index, message } = ended;
      if (index === undefined) throw new Error(`target ${name} ${message} before its first case`);
      const saved = await saveCase({ ...task, first: index, cases: index + 1, save: true }, caseMillis);
      report.findings.push({ index, message, saved });
      next = index + 1;
    }
  } finally {
    rmSync(work, { recursive: true });
  }
  return report;
}

/** Tries one case again, for its input to be saved before it ends the process once more. */
async function saveCase(task: ChildTask, caseMillis: number): Promise<string> {
  await watch(task, caseMillis, { outcomes: {}, findings: [] });
  return join(task.findings, `${task.name.replaceAll("/", "-")}-${task.seed}-${task.first}`);
}

/** Runs a child to its end; gives the case in which it crashed or was stopped, and why, if it did not end by itself. */
async function watch(
  task: ChildTask,
  caseMillis: number,
  report: TargetReport,
  log?: (line: string) => void,
): Promise<{ index: number | undefined; message: string } | undefined> {
  const child = spawn(
    process.execPath,
    ["--import", tsx, fileURLToPath(new URL("child.ts", import.meta.url)), JSON.stringify(task)],
    { stdio: ["ignore", "inherit", "pipe", "pipe"] },
  );
  let stderr = "";
  child.stderr?.on("data", (text: Buffer) => {
    stderr = `${stderr}${text}`.slice(-4000);
  });
  let ended = false;
  const receive = (message: ChildMessage): void => {
    if (message.kind === "log") log?.(message.line);
    else if (message.kind === "finding") report.findings.push(message);
    else {
      ended = true;
      for (const [outcome, count] of Object.entries(message.outcomes)) {
        report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + count;
      }
    }
  };
  createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => receive(JSON.parse(line)));
  const stopped = stopWhenStuck(child, task, caseMillis);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once("close", (...how) => resolve(how));
  });
  const reason = stopped.end();
  if (ended) return undefined;
  const message = reason ?? `ended with ${signal ?? `code ${code}`}${stderr === "" ? "" : `:\n${stderr}`}`;
  return { index: currentCase(task.progress), message };
}

/** Kills the child when it is at one case for too long, or too large. */
function stopWhenStuck(
  child: ChildProcess,
  { progress, maxBytes }: ChildTask,
  caseMillis: number,
): { end(): string | undefined } {
  let reason: string | undefined;
  let at: number | undefined;
  let since = Date.now();
  rmSync(progress, { force: true });
  const timer = setInterval(() => {
    const now = currentCase(progress);
    if (now !== at) [at, since] = [now, Date.now()];
    const resident = residentBytes(child.pid);
    const longest = at === undefined ? startMillis : caseMillis;
    if (resident > maxBytes) reason = `took ${resident} bytes of memory`;
    else if (Date.now() - since > longest) reason = `took longer than ${longest} ms`;
    if (reason !== undefined) child.kill("SIGKILL");
  }, lookEveryMillis);
  return {
    end() {
      clearInterval(timer);
      return reason;
    },
  };
}

function currentCase(progress: string): number | undefined {
  try {
    const bytes = readFileSync(progress);
    return bytes.length === 8 ? Number(bytes.readBigUInt64LE()) : undefined;
  } catch {
    return undefined;
  }
}

/** Resident memory of a process where the system tells it (Linux); elsewhere only the child's own look counts. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * 4096;
  } catch {
    return 0;
  }
}
