import { type Command, CommanderError } from "commander";
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

/** The error of an option that nothing could obey. */
export function ofNoUse(option: string, why: string): UsageError {
  return new UsageError(`${option} is of no use: ${why}`, "Leave it out.");
}

/** Refuses an option beside its negation, of which commander takes the last one. */
export function refuseBoth(command: Command, name: string, negation: string): void {
  const given = new Set<string>();
  for (const each of [name, negation]) command.on(`option:${each}`, () => given.add(each));
  command.hook("preAction", () => {
    if (given.size > 1) throw ofNoUse(`--${negation}`, `--${name} is given`);
  });
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

/** What is known of the command line that failed: its command, and the names of all commands. */
export interface CommandContext {
  command?: Command;
  commands?: readonly string[];
}

/** What is told about anything that was thrown. Whatever is no `WasmoteError` is a defect. */
export function reportOf(error: unknown, context: CommandContext = {}): ErrorReport {
  if (error instanceof WasmoteError) {
    const details = {
      ...(Object.keys(error.place).length > 0 ? { place: error.place } : {}),
      ...(error instanceof UnsupportedModelError
        ? { operators: error.operators, refusals: error.refusals }
        : {}),
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
    return reportOf(new UsageError(message, usageHelp(error.code, context)));
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const defect = reportOf(new WasmoteError("internal", what));
  return { ...defect, help: `${defect.help} WASMOTE_DEBUG=1 shows where it happened.` };
}

/** An error as one line of JSON says it. */
export function errorJson(report: ErrorReport, stack: string | undefined): object {
  const { code, message, help, details } = report;
  return { error: { code, message, help, ...details, stack } };
}

/** How an error is written for people. */
export interface ErrorForm {
  /** Whether every node that is refused is listed, not operators alone. */
  verbose: boolean;
  styles: Styles;
}

/** An error as lines for people, with its stack trace where one is given. */
export function errorLines(
  error: unknown,
  report: ErrorReport,
  stack: string | undefined,
  { verbose, styles }: ErrorForm,
): string[] {
  const [message, ...more] = report.message.split("\n");
  return [
    `${styles.red(styles.bold(`error[${report.code}]`))}: ${message}`,
    ...more,
    ...(error instanceof UnsupportedModelError ? nodeLines(error, verbose) : []),
    `${styles.cyan("help")}: ${report.help}`,
    ...(stack?.split("\n").map((line) => `  ${line}`) ?? []),
  ];
}

/** Every refused node, or how to see them where the sums by operator do not name each. */
function nodeLines({ refusals, operators }: UnsupportedModelError, verbose: boolean): string[] {
  if (verbose) return refusals.map((r) => `  ${r.operator}  node "${r.node}": ${r.reason}`);
  return operators.length < refusals.length ? ["  every node: --verbose"] : [];
}

function usageHelp(code: string, { command, commands = [] }: CommandContext): string | undefined {
  if (code === "commander.unknownCommand" && commands.length > 0) {
    const list = `${commands.slice(0, -1).join(", ")} and ${commands.at(-1)}`;
    return `The commands are ${list}; \`wasmote --help\` says what they do.`;
  }
  if (code === "commander.missingArgument" && command !== undefined) {
    const [argument] = command.registeredArguments;
    return `Name the ${argument?.name()} right after the command, before the options: ${argument?.description}.`;
  }
  if (command !== undefined) return `\`wasmote ${command.name()} --help\` lists what it takes.`;
  return undefined;
}
