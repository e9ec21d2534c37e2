import { CommanderError } from "commander";
import { exitCodes, UnsupportedModelError, WasmoteError } from "../errors.js";
import { visible } from "../visible.js";
import type { Styles } from "./styles.js";

/** The command line itself is wrong. Exit code 2. */
export class UsageError extends Error {
  readonly help: string;

  /**
   * @param message what was found and what was expected
   * @param help the next step
   */
  constructor(message: string, help = "Run `wasmote --help` for the forms that there are.") {
    super(message);
    this.name = "UsageError";
    this.help = help;
  }
}

/** An error as it is told to the user. */
export interface ErrorReport {
  exitCode: number;
  code: string;
  message: string;
  help: string;
  /** As `place` and `refusals` of the error table's errors. */
  details: object;
}

/** What is told about anything that was thrown. Whatever is no `WasmoteError` is a defect. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof WasmoteError) {
    const details = {
      ...(Object.keys(error.place).length > 0 ? { place: error.place } : {}),
      ...(error instanceof UnsupportedModelError ? { refusals: error.refusals } : {}),
    };
    return { exitCode: error.exitCode, code: error.code, message: error.message, help: error.help, details };
  }
  if (error instanceof UsageError) {
    return {
      exitCode: exitCodes.usage,
      code: "usage",
      message: visible(error.message),
      help: visible(error.help),
      details: {},
    };
  }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    return reportOf(new UsageError(message, usageHelp(error.code)));
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const defect = reportOf(new WasmoteError("internal", what));
  return { ...defect, help: `${defect.help} WASMOTE_DEBUG=1 shows where it happened.` };
}

/** An error as lines for people, or as one line of JSON. A stack trace is added only where it is asked for. */
export function formatError(error: unknown, form: { json: boolean; debug: boolean; styles: Styles }): string {
  const report = reportOf(error);
  const stack = form.debug && error instanceof Error ? error.stack : undefined;
  if (form.json) {
    const { code, message, help, details } = report;
    return `${visible(JSON.stringify({ error: { code, message, help, ...details, stack } }))}\n`;
  }
  const { styles } = form;
  const lines = [
    `${styles.red(styles.bold(`error[${report.code}]`))}: ${report.message}`,
    `${styles.cyan("help")}: ${report.help}`,
  ];
  const trace = stack === undefined ? [] : stack.split("\n").map((line) => `  ${visible(line)}`);
  return `${[...lines, ...trace].join("\n")}\n`;
}

function usageHelp(code: string): string | undefined {
  if (code === "commander.unknownCommand") {
    return "The commands are build, run, inspect, bench, boards, firmware, flash, push, monitor and toolchain; `wasmote --help` says what they do.";
  }
  if (code === "commander.missingArgument") {
    return "Name the model right after the command, before the options.";
  }
  return undefined;
}
