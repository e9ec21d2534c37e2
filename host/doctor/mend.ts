import { debianPackages, homebrewCommand, type Program, packageOf } from "../tools/packages.js";
import { type Machine, readText } from "./machine.js";

/** Whether this is Linux within Windows. Source: Microsoft, WSL2-Linux-Kernel's version text. */
export function isWsl(machine: Machine): boolean {
  return machine.platform === "linux" && /microsoft/i.test(readText(machine, "proc/version") ?? "");
}

/** A command as root runs it, or who may do as root. */
export function asRoot(machine: Machine, command: string): string {
  return machine.user.uid === 0 ? command : `sudo ${command}`;
}

/**
 * The command that installs programs here: by apt-get where it is there, by Homebrew on macOS and where it is there, else by what does anywhere; on
 * Windows compilers and wasm3 are supported in WSL. Undefined where none of them is known.
 */
export function installCommand(machine: Machine, programs: readonly Program[]): string | undefined {
  if (machine.platform === "win32") return "wsl --install";
  const debian = debianPackages(programs).join(" ");
  const hasApt = machine.find("apt-get") !== undefined;
  if (hasApt && debian !== "") return asRoot(machine, `apt-get install ${debian}`);
  const hasBrew = machine.platform === "darwin" || machine.find("brew") !== undefined;
  const formulas = homebrewCommand(programs);
  if (!hasApt && hasBrew && formulas !== "") return formulas;
  const [anywhere] = programs.flatMap((program) => packageOf(program).anywhere ?? []);
  return anywhere;
}

/** Whether what installs a program is a command that this machine has. */
function hasInstaller(machine: Machine, program: Program): boolean {
  const [command = ""] = (installCommand(machine, [program]) ?? "").replace(/^sudo /, "").split(" ");
  return machine.find(command) !== undefined;
}

/**
 * The way to begin with, by its number: the first whose program is there or installed by a command that this machine has;
 * the first of all where there is none.
 *
 * @param lacking the program that each way lacks
 */
export function wayToBegin(machine: Machine, lacking: readonly (Program | undefined)[]): number {
  const first = lacking.findIndex((program) => program === undefined || hasInstaller(machine, program));
  return Math.max(0, first);
}

/** What is to be done where `installCommand` has no command, or not the whole of one. */
export function installAfterwards(machine: Machine, programs: readonly Program[]): string | undefined {
  if (machine.platform === "win32") return "install wasmote and its programs there";
  if (installCommand(machine, programs) === undefined)
    return `install by your package manager what Debian calls ${debianPackages(programs).join(" ")}`;
  const byBrew = machine.find("apt-get") === undefined;
  const gcc = programs.some((program) => program.endsWith("-gcc"));
  return byBrew && gcc ? "build picolibc for it, which Homebrew does not have" : undefined;
}

/** The command that installs a package of npm's beside wasmote. */
export function npmCommand(name: string): string {
  return `npm install ${name}`;
}
