#!/usr/bin/env node
import { exitCodes } from "../errors.js";
import { fileError } from "../files/system-errors.js";
import { processOutput } from "./output.js";
import { fail, runCommandLine } from "./program.js";

const output = processOutput();
const args = process.argv.slice(2);

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  process.exit(fail(fileError("file-unwritable", error, "stdout"), args, output));
});
process.on("uncaughtException", (error) => process.exit(fail(error, args, output)));

process.exitCode = await runCommandLine(args, output);
