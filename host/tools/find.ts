import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { WasmoteError } from "../errors.js";
import { debianPackages, homebrewCommand, type Program, packageOf } from "./packages.js";

/** Path of a program, looked for in the folders of PATH; undefined where there is none. */
export function findProgram(name: string, path: string = process.env.PATH ?? ""): string | undefined {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of path.split(delimiter).filter((part) => part !== "")) {
    for (const ending of endings) {
      const file = join(folder, `${name}${ending}`);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

/** Path of a program under one of its names; undefined where there is none. */
export function findTool(program: Program): string | undefined {
  for (const name of packageOf(program).names ?? [program]) {
    const found = findProgram(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Path of a program that is complete; undefined where it is missing. A compiler without picolibc, which Debian has in a
 * package of its own, is not complete.
 */
export function findComplete(program: Program): string | undefined {
  const path = findTool(program);
  return path !== undefined && program.endsWith("-gcc") && !hasPicolibc(path) ? undefined : path;
}

function hasPicolibc(compiler: string): boolean {
  const { stdout } = spawnSync(compiler, ["-print-file-name=picolibc.specs"], { encoding: "utf8" });
  return existsSync((stdout ?? "").trim());
}

/** Those of the programs that are missing or not complete. */
export function lacking(programs: readonly Program[]): Program[] {
  return programs.filter((program) => findComplete(program) === undefined);
}

/** Throws `tool-missing`, which names every program that is missing, and the packages that have them. */
export function requirePrograms(programs: readonly Program[]): void {
  const absent = lacking(programs);
  if (absent.length > 0) throw missing(...absent);
}

/** Path of a program. Throws `tool-missing`, which names the packages that have it. */
export function requireProgram(program: Program): string {
  const found = findTool(program);
  if (found === undefined) throw missing(program);
  return found;
}

/** The error for programs that are not there. */
export function missing(...programs: Program[]): WasmoteError {
  const debian = debianPackages(programs).join(" ");
  const homebrew = homebrewCommand(programs);
  const anywhere = [...new Set(programs.flatMap((program) => packageOf(program).anywhere ?? []))];
  return new WasmoteError(
    "tool-missing",
    [
      programs.join(", "),
      ...(debian === "" ? [] : [`Debian and Ubuntu: apt-get install ${debian}`]),
      ...(homebrew === "" ? [] : [`Homebrew: ${homebrew}`]),
      ...anywhere.map((how) => `anywhere: ${how}`),
    ].join("; "),
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
