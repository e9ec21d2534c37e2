#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes } from "../errors.js";
import { registerBench } from "./bench.js";
import { registerBoards } from "./boards.js";
import { registerBuild } from "./build.js";
import { formatError, reportOf } from "./errors.js";
import { registerFirmware } from "./firmware.js";
import { registerFlash } from "./flash.js";
import { registerInspect } from "./inspect.js";
import { registerMonitor } from "./monitor.js";
import { processOutput } from "./output.js";
import { registerPush } from "./push.js";
import { registerRun } from "./run.js";
import { stylesFor } from "./styles.js";
import { registerToolchain } from "./toolchain.js";

const exitCodeText = `
Exit codes: 0 done; 1 the model or an input is refused; 2 the command line is wrong;
3 a tool or board that is needed is missing; 70 a defect of wasmote.

Data goes to stdout and talk to stderr. WASMOTE_DEBUG=1 adds stack traces to errors; NO_COLOR turns colours off.`;

const output = processOutput();

function createProgram(): Command {
  const program = new Command("wasmote")
    .description("Machine learning on microcontrollers, as one small WebAssembly file.")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .addHelpText("after", exitCodeText);
  registerBuild(program, output);
  registerRun(program, output);
  registerInspect(program, output);
  registerBench(program, output);
  registerBoards(program, output);
  registerFirmware(program, output);
  registerFlash(program, output);
  registerPush(program, output);
  registerMonitor(program, output);
  registerToolchain(program, output);
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
  await createProgram().parseAsync(process.argv);
  output.done();
} catch (error) {
  process.exitCode = fail(error);
}
