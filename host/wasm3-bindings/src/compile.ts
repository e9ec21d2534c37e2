import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { nativeSourceFiles, nativeSources, packageFolder, sharedSources } from "./sources.ts";

/** What an addon is compiled for, and with what. */
export interface CompileOptions {
  /** The compiler's command, with options that come first; found by itself where it is not given. */
  compiler?: readonly string[];
  /** Processor, as `process.arch`; this one by default. */
  arch?: string;
  /** Whether the names of functions are left out, which only debuggers and profilers need. */
  strip?: boolean;
}

const removalAttempts = 40;
const removalPauseMillis = 25;
const nativeFolder = join(packageFolder, "native");

const flags = [
  ...["-std=gnu11", "-O3", "-fomit-frame-pointer", "-foptimize-sibling-calls", "-fno-stack-protector"],
  ...["-fno-strict-aliasing", "-ffp-contract=off", "-fvisibility=hidden", "-fPIC", "-pthread"],
  ...["-DNAPI_VERSION=8", "-Dd_m3HasFloat=1", "-Dd_m3VerboseErrorMessages=1"],
  "-Dd_m3MaxLinearMemoryPages=65535",
];

/** Flags of one platform and processor. */
function platformFlags(arch: string): string[] {
  if (process.platform === "darwin") {
    return ["-bundle", "-undefined", "dynamic_lookup", "-arch", arch === "x64" ? "x86_64" : arch];
  }
  return ["-shared", ...(arch === "x64" ? ["-fcf-protection=none"] : [])];
}

/** Name of the addon's file: a hash of all that it is compiled from, so that a stale one is never loaded. */
export function addonFile(arch: string = process.arch): string {
  const hash = createHash("sha256").update(JSON.stringify([flags, platformFlags(arch)]));
  const add = (folder: string, files: readonly string[]): void => {
    for (const file of files) {
      const bytes = readFileSync(join(folder, file));
      hash.update(`${file}:${bytes.length}:`).update(bytes);
    }
  };
  add(nativeFolder, readdirSync(nativeFolder).sort());
  for (const name of sharedSources) add(nativeSources(name), nativeSourceFiles(name));
  return `${hash.digest("hex").slice(0, 16)}.node`;
}

/**
 * Compiles the addon to a file, which appears at once or not at all. Takes some seconds.
 *
 * @throws an error whose message says what is missing or what the compiler found
 */
export function compileAddon(file: string, options: CompileOptions = {}): void {
  const work = workFolder(file);
  try {
    runCompiler(options.compiler, compilerArguments(draftIn(work), options));
    keepDraft(work, file);
  } finally {
    removeFolder(work);
  }
}

/** Has something undone when the process ends, in whatever way; what it answers calls that off. */
export type WhenEnding = (undo: () => void) => () => void;

/**
 * As `compileAddon`, while other things go on.
 *
 * @param whenEnding ends the compiler and removes what it has written, should the process end meanwhile
 */
export async function compileAddonAside(file: string, whenEnding: WhenEnding): Promise<void> {
  const work = workFolder(file);
  const callOff = whenEnding(() => removeFolder(work));
  try {
    await runCompilerAside(compilerArguments(draftIn(work), {}), work, whenEnding);
    keepDraft(work, file);
  } finally {
    callOff();
    removeFolder(work);
  }
}

/** A folder beside the file that is to be made. */
function workFolder(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  return mkdtempSync(`${file}.`);
}

const draftIn = (work: string): string => join(work, "addon.node");

function keepDraft(work: string, file: string): void {
  if (!existsSync(draftIn(work))) throw new Error("the compiler ended well, but wrote no file");
  renameSync(draftIn(work), file);
}

/** Removes a folder, also where a compiler that was just killed ends what it is about and makes one more file. */
function removeFolder(work: string): void {
  for (let i = 0; i < removalAttempts; i++) {
    try {
      rmSync(work, { recursive: true, force: true });
      return;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, removalPauseMillis);
    }
  }
}

function compilerArguments(draft: string, { arch = process.arch, strip = false }: CompileOptions): string[] {
  const headers = createRequire(import.meta.url).resolve("node-api-headers/package.json");
  const folders = [nativeFolder, ...sharedSources.map(nativeSources), join(dirname(headers), "include")];
  const sources = readdirSync(nativeFolder).filter((name) => name.endsWith(".c"));
  return [
    ...flags,
    ...platformFlags(arch),
    ...(strip ? ["-s"] : []),
    ...folders.map((folder) => `-I${folder}`),
    ...sources.sort().map((name) => join(nativeFolder, name)),
    ...["-o", draft, "-lm"],
  ];
}

/** How a compiler ended. */
interface Outcome {
  error?: Error | undefined;
  status: number | null;
  stderr: string | null;
}

function runCompiler(given: readonly string[] | undefined, args: readonly string[]): void {
  const commands = compilers(given);
  for (const [program = "", ...first] of commands) {
    const outcome = spawnSync(program, [...first, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (isDone(program, outcome)) return;
  }
  throw noCompiler(commands);
}

async function runCompilerAside(
  args: readonly string[],
  temporary: string,
  whenEnding: WhenEnding,
): Promise<void> {
  const commands = compilers(undefined);
  for (const [program = "", ...first] of commands) {
    if (isDone(program, await runAside(program, [...first, ...args], temporary, whenEnding))) return;
  }
  throw noCompiler(commands);
}

/**
 * Runs a compiler in a group of processes of its own, so that all that it starts is ended with it.
 *
 * @param temporary folder for its temporary files, which it leaves behind when it is killed
 */
function runAside(
  program: string,
  args: readonly string[],
  temporary: string,
  whenEnding: WhenEnding,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: temporary };
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true, env });
    let stderr = "";
    const callOff = whenEnding(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    });
    const settle = (outcome: Outcome): void => {
      callOff();
      resolve(outcome);
    };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (error) => settle({ error, status: null, stderr }));
    child.once("close", (status) => settle({ status, stderr }));
  });
}

/** The commands to try: the one that is given, or that CC names, else the usual ones. */
function compilers(given: readonly string[] | undefined): (readonly string[])[] {
  if (given !== undefined) return [given];
  const fromEnvironment = process.env.CC?.split(/\s+/).filter((part) => part !== "") ?? [];
  return fromEnvironment.length > 0 ? [fromEnvironment] : [["cc"], ["gcc"], ["clang"]];
}

/** Whether the compiler has done its work; false where there is none of that name. Throws where it failed. */
function isDone(program: string, { error, status, stderr }: Outcome): boolean {
  if (error !== undefined && "code" in error && error.code === "ENOENT") return false;
  if (status === 0) return true;
  const lines = (error?.message ?? stderr ?? "").split("\n").filter((line) => line.trim() !== "");
  const reason = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? `it ended with code ${status}`;
  throw new Error(`the compiler ${program} failed: ${reason.trim()}`);
}

function noCompiler(commands: readonly (readonly string[])[]): Error {
  const names = commands.map(([program]) => program).join(", ");
  return new Error(
    commands.length > 1 ? `there is no C compiler (${names})` : `CC names ${names}, which is no program`,
  );
}
