import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The user's folder for what can be made again: `$XDG_CACHE_HOME/wasmote`, or `~/.cache/wasmote`; undefined where there
 * is no home. Source: XDG Base Directory Specification, by which relative paths are ignored.
 */
export function userCache(): string | undefined {
  const { XDG_CACHE_HOME: cache } = process.env;
  if (cache !== undefined && isAbsolute(cache)) return join(cache, "wasmote");
  try {
    const home = homedir();
    return isAbsolute(home) ? join(home, ".cache", "wasmote") : undefined;
  } catch {
    return undefined;
  }
}
