import type { Command } from "commander";
import { widthOf } from "./output.js";

/** Columns of help where the terminal does not tell. */
const usualWidth = 120;

/** Adds text after a command's help, wrapped as the terminal is wide. */
export function addHelp(command: Command, text: string): Command {
  return command.addHelpText("after", () => wrapText(text, Math.min(widthOf(process.stdout), usualWidth)));
}

/**
 * Text whose lines are at most so wide. A line that is too long goes on below, indented as it is; a word that is longer
 * than the line stays whole.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n");
}

/** One line as lines that are at most so wide. A word that is longer stays whole. */
export function wrapLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  for (const word of line.trim().split(/ +/)) {
    if (current !== "" && indent.length + current.length + 1 + word.length > width) {
      lines.push(indent + current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, indent + current];
}
