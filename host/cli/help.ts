import type { Command, HelpConfiguration } from "commander";
import { wrapLine, wrapText } from "../table.js";

/** Below so many columns, what an option does stands below it. */
const narrow = 80;

/** How help is laid out on a terminal of so many columns; infinite where there is none. */
export function helpForm(width: number): HelpConfiguration {
  if (!Number.isFinite(width)) return {};
  if (width >= narrow) return { helpWidth: width };
  return {
    helpWidth: width,
    minWidthToWrap: 1,
    formatItem: (term, _, description) =>
      [...wrapLine(`  ${term}`, width), ...wrapLine(`      ${description}`, width)].join("\n"),
  };
}

/** Adds text after a command's help, wrapped as the terminal is wide. */
export function addHelp(command: Command, text: string): Command {
  const { helpWidth = Number.POSITIVE_INFINITY } = command.configureHelp();
  return command.addHelpText("after", () => wrapText(text, helpWidth));
}
