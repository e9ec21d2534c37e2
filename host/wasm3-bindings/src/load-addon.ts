import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { addonFile, compileAddon } from "./compile.ts";
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
  const [target, file] = [addonTarget(), addonFile()];
  const own = join(packageFolder, "build", target);
  const cache = userCache();
  const cached = cache === undefined ? [] : [join(cache, "addon", target)];
  const failures: string[] = [];
  for (const folder of [own, join(packageFolder, "prebuilds", target), ...cached]) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    try {
      return require(path) as Addon;
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  if (process.platform === "win32") {
    throw notBuilt("Windows is supported in WSL only", failures);
  }
  try {
    const folder = [own, ...cached].find(isWritable);
    if (folder === undefined) throw new Error(`neither ${own} nor the user's cache can be written to`);
    const path = join(folder, file);
    compileAddon(path);
    return require(path) as Addon;
  } catch (error) {
    throw notBuilt(firstLine(error), failures);
  }
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
