#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes } from "../errors.js";
import { formatError, reportOf } from "./errors.js";
import { type Output, processOutput } from "./output.js";
import { stylesFor } from "./styles.js";

const exitCodeText = `
Exit codes: 0 done; 1 the model or an input is refused; 2 the command line is wrong;
3 a tool or board that is needed is missing; 70 a defect of wasmote.

Data goes to stdout and talk to stderr. WASMOTE_DEBUG=1 adds stack traces to errors; NO_COLOR turns colours off.`;

const output = processOutput();

/** Adds a command to the program. */
type Register = (program: Command, output: Output) => void;

/** The commands in the order of the help, each in a file of its own that is loaded when it is needed. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  build: async () => (await import("./build.js")).registerBuild,
  run: async () => (await import("./run.js")).registerRun,
  inspect: async () => (await import("./inspect.js")).registerInspect,
  bench: async () => (await import("./bench.js")).registerBench,
  boards: async () => (await import("./boards.js")).registerBoards,
  firmware: async () => (await import("./firmware.js")).registerFirmware,
  flash: async () => (await import("./flash.js")).registerFlash,
  push: async () => (await import("./push.js")).registerPush,
  monitor: async () => (await import("./monitor.js")).registerMonitor,
  toolchain: async () => (await import("./toolchain.js")).registerToolchain,
};

/** The commands that a command line may need: the one that it begins with, none for the version, or else all. */
function neededCommands([first = ""]: readonly string[]): (() => Promise<Register>)[] {
  if (first === "--version" || first === "-V") return [];
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}

async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("wasmote")
    .description("Machine learning on microcontrollers, as one small WebAssembly file.")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .addHelpText("after", exitCodeText);
  for (const load of neededCommands(args)) (await load())(program, output);
  return program;
}

function packageVersion(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

function fail(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
  output.done();
  const json = process.argv.includes("--json");
  const debug = process.env.WASMOTE_DEBUG === "1";
  process.stderr.write(formatError(error, { json, debug, styles: stylesFor(process.stderr) }));
  return reportOf(error).exitCode;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  process.exit(fail(error));
});
process.on("uncaughtException", (error) => process.exit(fail(error)));

try {
  await (await createProgram(process.argv.slice(2))).parseAsync(process.argv);
  output.done();
} catch (error) {
  process.exitCode = fail(error);
}
