import type { Command } from "commander";
import { wrapText } from "../table.js";
import { widthOf } from "./output.js";

/** Columns of help where the terminal does not tell. */
const usualWidth = 120;

/** Adds text after a command's help, wrapped as the terminal is wide. */
export function addHelp(command: Command, text: string): Command {
  return command.addHelpText("after", () => wrapText(text, Math.min(widthOf(process.stdout), usualWidth)));
}
