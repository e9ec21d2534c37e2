import { spawnSync } from "node:child_process";
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

const nativeFolder = join(packageFolder, "native");

const flags = [
  ...["-std=gnu11", "-O3", "-fomit-frame-pointer", "-foptimize-sibling-calls", "-fno-stack-protector"],
  ...["-fno-strict-aliasing", "-fvisibility=hidden", "-fPIC", "-pthread"],
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
  mkdirSync(dirname(file), { recursive: true });
  const work = mkdtempSync(`${file}.`);
  try {
    const draft = join(work, "addon.node");
    runCompiler(options.compiler, compilerArguments(draft, options));
    if (!existsSync(draft)) throw new Error("the compiler ended well, but wrote no file");
    renameSync(draft, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
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

function runCompiler(given: readonly string[] | undefined, args: readonly string[]): void {
  const fromEnvironment = process.env.CC?.split(/\s+/).filter((part) => part !== "") ?? [];
  const own = given ?? (fromEnvironment.length > 0 ? fromEnvironment : undefined);
  const commands = own === undefined ? [["cc"], ["gcc"], ["clang"]] : [own];
  for (const [program = "", ...first] of commands) {
    const { error, status, stderr } = spawnSync(program, [...first, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (error !== undefined && "code" in error && error.code === "ENOENT") continue;
    if (status === 0) return;
    const lines = (error?.message ?? stderr ?? "").split("\n").filter((line) => line.trim() !== "");
    const reason = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? `it ended with code ${status}`;
    throw new Error(`the compiler ${program} failed: ${reason.trim()}`);
  }
  const names = commands.map(([program]) => program).join(", ");
  throw new Error(
    own === undefined ? `there is no C compiler (${names})` : `CC names ${names}, which is no program`,
  );
}
