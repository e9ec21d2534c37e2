import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { findProgram } from "./find.js";
import { type Program, packages } from "./packages.js";

/** Programs that building firmware and running it in emulators takes. */
const needed: readonly Program[] = [
  "cmake",
  "make",
  "arm-none-eabi-gcc",
  "riscv64-unknown-elf-gcc",
  "qemu-system-arm",
  "qemu-system-riscv32",
];

/** Compilers whose packages bring picolibc with them in a package of its own. */
const compilers: readonly Program[] = ["arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"];

/** The programs that are missing; a compiler without picolibc is. */
export function missingPrograms(): Program[] {
  return needed.filter((program) => {
    const path = findProgram(program);
    return path === undefined || (compilers.includes(program) && !hasPicolibc(path));
  });
}

/** Names of Debian's packages of these programs, each once. */
export function debianPackages(programs: readonly Program[]): string[] {
  return [...new Set(programs.flatMap((program) => packages[program].debian.split(" ")))];
}

function hasPicolibc(compiler: string): boolean {
  const { stdout } = spawnSync(compiler, ["-print-file-name=picolibc.specs"], { encoding: "utf8" });
  return existsSync((stdout ?? "").trim());
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(1);
}

function install(programs: readonly Program[]): void {
  const names = debianPackages(programs);
  if (findProgram("apt-get") === undefined) {
    const formulas = [...new Set(programs.map((program) => packages[program].homebrew))];
    console.error(`Missing: ${programs.join(", ")}. Install them, with Homebrew by:`);
    for (const formula of formulas) console.error(`  brew install ${formula}`);
    console.error("and picolibc for both compilers, which Homebrew does not have.");
    process.exit(3);
  }
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo"];
  const aptGet = (...args: string[]): void => {
    const [command, ...rest] = [...asRoot, "apt-get", ...args];
    run(command!, rest);
  };
  console.error(`installing ${names.join(", ")}`);
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", ...names);
}

/** Installs what is missing, or says how to. Exit codes: 0 all is there, 1 the installation failed, 3 it must be by hand. */
function main(): void {
  const missing = missingPrograms();
  if (missing.length > 0) install(missing);
  const still = missingPrograms();
  if (still.length > 0) {
    console.error(`Still missing: ${still.join(", ")}`);
    process.exit(1);
  }
  console.error(`the toolchain is complete: ${needed.join(", ")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
