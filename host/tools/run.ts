import { basename } from "node:path";
import { WasmoteError } from "../errors.js";
import { type ChildOptions, startChild } from "./children.js";

/** How a program is run. */
export interface RunOptions extends Pick<ChildOptions, "onTerminal"> {
  /** Takes each line that it writes, on either stream, as it comes. */
  onLine?(line: string): void;
}

const shownLines = 12;

/**
 * Runs a program to its end and gives what it wrote to stdout.
 *
 * @throws `tool-failed` where it ends with another code than 0, with the end of what it wrote
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = startChild(program, args, options);
    child.stdin?.end();
    const lines: string[] = [];
    let stdout = "";
    const collect = (stream: NodeJS.ReadableStream | null, onText?: (text: string) => void): void => {
      let rest = "";
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => {
        onText?.(text);
        const parts = `${rest}${text}`.split(/\r?\n|\r/);
        rest = parts.pop() ?? "";
        take(parts);
      });
      stream?.on("end", () => take(rest === "" ? [] : [rest]));
    };
    const take = (found: readonly string[]): void => {
      lines.push(...found);
      for (const line of found) options.onLine?.(line);
    };
    collect(child.stdout, (text) => {
      stdout += text;
    });
    collect(child.stderr);
    child.once("error", (error) => reject(failed(program, args, error.message)));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else {
        const how = `it ended with ${signal ?? `code ${code}`}`;
        reject(failed(program, args, how, lines.slice(-shownLines)));
      }
    });
  });
}

function failed(
  program: string,
  args: readonly string[],
  what: string,
  lines: readonly string[] = [],
): WasmoteError {
  const command = process.env.WASMOTE_DEBUG === "1" ? `${[program, ...args].join(" ")}: ` : "";
  return new WasmoteError("tool-failed", `${basename(program)}: ${command}${what}`, {}, { lines });
}
