import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { WasmoteError } from "../errors.js";
import { findProgram, missing } from "./find.js";
import { debianPackages, type Package, type Program, packages } from "./packages.js";

/** A program that wasmote starts, on this machine. */
export interface Tool {
  program: Program;
  use: Package["use"];
  /** Whether building firmware and running it in emulators takes it; boards are flashed by others. */
  needed: boolean;
  /** Where it is; undefined where it is missing or lacks its C library. */
  path: string | undefined;
}

/** Every program that wasmote starts, as it is on this machine. */
export function toolchain(): Tool[] {
  return Object.entries(packages).map(([name, { use }]) => {
    const program = name as Program;
    return { program, use, needed: use !== "flashing", path: completePath(program) };
  });
}

/** Those of the programs that are needed and missing. */
export function missingPrograms(tools: readonly Tool[]): Program[] {
  return tools.filter(({ needed, path }) => needed && path === undefined).map(({ program }) => program);
}

/**
 * Installs programs with apt-get, by way of sudo where this user is not root. What apt-get says goes to stderr.
 *
 * @throws `tool-missing` where there is no apt-get, `tool-failed` where it fails
 */
export function installPrograms(programs: readonly Program[]): void {
  if (findProgram("apt-get") === undefined) throw missing(...programs);
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", ...debianPackages(programs));
}

function aptGet(...args: string[]): void {
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo"];
  const [program, ...rest] = [...asRoot, "apt-get", ...args] as [string, ...string[]];
  const { status, signal, error } = spawnSync(program, rest, { stdio: ["inherit", 2, "inherit"] });
  if (status === 0) return;
  const reason = error?.message ?? `it ended with ${signal ?? `code ${status}`}`;
  throw new WasmoteError("tool-failed", `apt-get ${args[0]}: ${reason}`);
}

/** Where a program is; a compiler without picolibc, which Debian has in a package of its own, is not complete. */
function completePath(program: Program): string | undefined {
  const path = findProgram(program);
  return path !== undefined && program.endsWith("-gcc") && !hasPicolibc(path) ? undefined : path;
}

function hasPicolibc(compiler: string): boolean {
  const { stdout } = spawnSync(compiler, ["-print-file-name=picolibc.specs"], { encoding: "utf8" });
  return existsSync((stdout ?? "").trim());
}
