import { WasmoteError } from "../errors.js";
import { findComplete, findProgram, missing } from "./find.js";
import { debianPackages, type Package, type Program, packages } from "./packages.js";
import { runProgram } from "./run.js";

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
    return { program, use, needed: use === "firmware" || use === "emulator", path: findComplete(program) };
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
export async function installPrograms(programs: readonly Program[]): Promise<void> {
  if (findProgram("apt-get") === undefined) throw missing(...programs);
  await aptGet("update");
  await aptGet("install", "--yes", "--no-install-recommends", ...debianPackages(programs));
}

async function aptGet(...args: string[]): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo"];
  const [program, ...rest] = [...asRoot, "apt-get", ...args] as [string, ...string[]];
  await runProgram(program, rest, { onTerminal: true }).catch((error: unknown) => {
    if (!(error instanceof WasmoteError)) throw error;
    throw new WasmoteError("tool-failed", `apt-get ${args[0]}: ${error.detail.replace(/^[^:]*: /, "")}`);
  });
}
