import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { addonFile, compileAddon, compileAddonAside, type WhenEnding } from "./compile.ts";
import { Wasm3Error } from "./errors.ts";
import type { Addon } from "./native.ts";
import { packageFolder } from "./sources.ts";

const require = createRequire(import.meta.url);

/** What an addon runs on, as a folder's name: "linux-x64", "linux-x64-musl", "darwin-arm64". */
export function addonTarget(): string {
  return `${process.platform}-${process.arch}${usesMusl() ? "-musl" : ""}`;
}

/**
 * Loads the addon: one that was compiled here, else the prebuilt one of the package, else one that is compiled now, into
 * the package or, where that cannot be written to, into the user's cache.
 *
 * @throws `not-built`, with what is missing
 */
export function loadAddon(): Addon {
  const { addon, failures } = loadExisting();
  if (addon !== undefined) return addon;
  try {
    const path = pathToCompile();
    compileAddon(path);
    return require(path) as Addon;
  } catch (error) {
    throw notBuilt(firstLine(error), failures);
  }
}

/** How the addon is compiled while other things go on. */
export interface PrepareOptions {
  /** Told before the compiler is started, which takes some seconds; never where there is an addon. */
  onCompile?(): void;
  /** Ends the compiler and removes what it has written, should the process end meanwhile. */
  whenEnding?: WhenEnding;
}

/**
 * Compiles the addon if there is none for this machine, so that `load` need not, during which nothing else could happen.
 *
 * @throws `not-built`, with what is missing
 */
export async function prepareAddon(options: PrepareOptions = {}): Promise<void> {
  const { addon, failures } = loadExisting();
  if (addon !== undefined) return;
  try {
    const path = pathToCompile();
    options.onCompile?.();
    await compileAddonAside(path, options.whenEnding ?? (() => () => undefined));
  } catch (error) {
    throw notBuilt(firstLine(error), failures);
  }
}

/** Folders for compiled addons: the package's own, then the user's cache if there is a home. */
function ownFolders(): string[] {
  const target = addonTarget();
  const cache = userCache();
  return [
    join(packageFolder, "build", target),
    ...(cache === undefined ? [] : [join(cache, "addon", target)]),
  ];
}

/** Loads an addon that is there, or says why those that are cannot be loaded. */
function loadExisting(): { addon?: Addon; failures: string[] } {
  const [own, ...cached] = ownFolders();
  const failures: string[] = [];
  for (const folder of [own as string, join(packageFolder, "prebuilds", addonTarget()), ...cached]) {
    const path = join(folder, addonFile());
    if (!existsSync(path)) continue;
    try {
      return { addon: require(path) as Addon, failures };
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  return { failures };
}

/** Where an addon is to be compiled to. Throws where it cannot be compiled. */
function pathToCompile(): string {
  if (process.platform === "win32") throw new Error("Windows is supported in WSL only");
  const folders = ownFolders();
  const folder = folders.find(isWritable);
  if (folder === undefined) throw new Error(`neither ${folders[0]} nor the user's cache can be written to`);
  return join(folder, addonFile());
}

function notBuilt(reason: string, failures: readonly string[]): Wasm3Error {
  const prebuilt =
    failures.length === 0
      ? `There is no prebuilt wasm3 addon for ${addonTarget()}`
      : `The wasm3 addon for ${addonTarget()} cannot be loaded (${failures.join("; ")})`;
  return new Wasm3Error("not-built", `${prebuilt}, and it cannot be compiled: ${reason}`);
}

/**
 * The user's folder for what can be made again, if there is a home. Source: XDG Base Directory Specification, by which
 * relative paths are ignored.
 */
function userCache(): string | undefined {
  const { XDG_CACHE_HOME: folder } = process.env;
  if (folder !== undefined && isAbsolute(folder)) return join(folder, "wasmote");
  try {
    const home = homedir();
    return isAbsolute(home) ? join(home, ".cache", "wasmote") : undefined;
  } catch {
    return undefined;
  }
}

/** Node on musl has musl's loader among its mapped files. */
function usesMusl(): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readFileSync("/proc/self/maps", "latin1").includes("/ld-musl-");
  } catch {
    return false;
  }
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}
