import { Command, CommanderError, type Option } from "commander";
import { exitCodes } from "../errors.js";
import { withoutSystemErrors } from "../files/system-errors.js";
import { packageVersion } from "../tools/package-version.js";
import { errorJson, errorLines, reportOf, UsageError } from "./errors.js";
import { addHelp, helpForm } from "./help.js";
import type { Output } from "./output.js";

const exitCodeText = `
Exit codes: 0 done; 1 the model or an input is refused; 2 the command line is wrong; 3 a tool, a library or a board that
is needed is missing; 70 a defect of wasmote.

Data goes to stdout and talk to stderr. WASMOTE_DEBUG=1 adds stack traces to errors; NO_COLOR turns colours off.`;

/** Adds a command to the program. */
type Register = (program: Command, output: Output) => void;

/** The commands in the order of the help, each in a file of its own that is loaded when it is needed. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  build: async () => (await import("./build.js")).registerBuild,
  run: async () => (await import("./run.js")).registerRun,
  app: async () => (await import("./app.js")).registerApp,
  simulate: async () => (await import("./simulate.js")).registerSimulate,
  tune: async () => (await import("./tune.js")).registerTune,
  inspect: async () => (await import("./inspect.js")).registerInspect,
  bench: async () => (await import("./bench.js")).registerBench,
  compare: async () => (await import("./compare.js")).registerCompare,
  boards: async () => (await import("./boards.js")).registerBoards,
  firmware: async () => (await import("./firmware.js")).registerFirmware,
  flash: async () => (await import("./flash.js")).registerFlash,
  diff: async () => (await import("./diff.js")).registerDiff,
  push: async () => (await import("./push.js")).registerPush,
  slots: async () => (await import("./slots.js")).registerSlots,
  capture: async () => (await import("./capture.js")).registerCapture,
  log: async () => (await import("./log.js")).registerLog,
  keys: async () => (await import("./keys.js")).registerKeys,
  export: async () => (await import("./export.js")).registerExport,
  keygen: async () => (await import("./keygen.js")).registerKeygen,
  sign: async () => (await import("./sign.js")).registerSign,
  verify: async () => (await import("./verify.js")).registerVerify,
  monitor: async () => (await import("./monitor.js")).registerMonitor,
  doctor: async () => (await import("./doctor.js")).registerDoctor,
  toolchain: async () => (await import("./toolchain.js")).registerToolchain,
  completion: async () => (await import("./completion.js")).registerCompletion,
};

/** The commands that a command line may need: the one that it begins with, none for the version, or else all. */
function neededCommands([first = ""]: readonly string[]): (() => Promise<Register>)[] {
  if (first === "--version" || first === "-V") return [];
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}

/**
 * The program with the commands that a command line needs.
 *
 * @param args what follows the program's name; without any, all commands are there
 */
export async function createProgram(args: readonly string[], output: Output): Promise<Command> {
  const program = new Command("wasmote")
    .description("Machine learning on microcontrollers, as one small WebAssembly file.")
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp(helpForm(output.width))
    .configureOutput({
      outputError: () => undefined,
      writeOut: (text) => output.data(text.replace(/\n$/, "").split("\n")),
      writeErr: (text) => talkLines(text.replace(/\n$/, "").split("\n"), output),
    })
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .hook("preAction", (_, { args: given, registeredArguments }) => {
      const empty = given.indexOf("");
      if (empty >= 0) throw new UsageError(`<${registeredArguments[empty]?.name()}> is empty`, "Name one.");
    });
  addHelp(program, exitCodeText);
  for (const load of neededCommands(args)) (await load())(program, output);
  for (const command of program.commands) {
    for (const option of command.options) obeyOnce(command, option);
  }
  return program;
}

/** Refuses an empty value, and a second value where there is place for one: neither could be obeyed. */
function obeyOnce(command: Command, option: Option): void {
  if (option.isBoolean()) return;
  const repeatable = option.variadic || Array.isArray(option.defaultValue);
  let given = 0;
  command.on(`option:${option.name()}`, (value: string) => {
    if (value === "")
      throw new UsageError(`${option.long} is given an empty value`, "Give one, or leave it out.");
    if (++given > 1 && !repeatable) throw new UsageError(`${option.long} is given twice`, "Give it once.");
  });
}

/**
 * Runs a command line. What goes wrong is told on `output`.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function runCommandLine(given: readonly string[], output: Output): Promise<number> {
  const args = withoutHelpCommand(given);
  let program: Command | undefined;
  try {
    program = await createProgram(args, output);
    await program.parseAsync(args, { from: "user" });
    output.done();
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
    const command = program?.commands.find((known) => known.name() === args[0]);
    return fail(error, args, output, command);
  }
}

function talkLines(lines: readonly string[], output: Output): void {
  for (const line of lines) output.talk(line);
}

/** `help build` as `build --help`, and `help` of what is no command as that, so that it is told. */
function withoutHelpCommand(args: readonly string[]): readonly string[] {
  const [first, name] = args;
  if (first !== "help" || name === undefined) return args;
  return Object.hasOwn(commands, name) ? [name, "--help", ...args.slice(2)] : args.slice(1);
}

/** Tells an error that ended a command line, and gives the exit code. */
export function fail(thrown: unknown, args: readonly string[], output: Output, command?: Command): number {
  const error = withoutSystemErrors(thrown);
  const report = reportOf(error, { command, commands: Object.keys(commands) });
  const debug = process.env.WASMOTE_DEBUG === "1";
  const stack = debug && error instanceof Error ? error.stack : undefined;
  if (args.includes("--json")) output.talkJson(errorJson(report, stack));
  else {
    const form = { verbose: args.includes("--verbose"), styles: output.talkStyles };
    talkLines(errorLines(error, report, stack, form), output);
  }
  return report.exitCode;
}
