import { readFileSync } from "node:fs";

/**
 * A fenced block of commands, and what they are said to print. How they are marked, after `sh`:
 *
 * - `run`: by this suite;
 * - `run-slow`: by this suite with WASMOTE_DOCS=all, since it takes long;
 * - `board`: by nothing, since it needs a board, or what is not in a checkout.
 */
export interface Commands {
  mark: "run" | "run-slow" | "board";
  /** Programs without which it is skipped: `needs=cmake,cc`. */
  needs: readonly string[];
  /** Of the page, of the first command; from 1 on. */
  line: number;
  script: string;
  /** Lines of the block marked `text output` that follows; none where there is none. */
  output: readonly string[] | undefined;
}

const fence = /^```(\S*)[ ]*(.*)\n([\s\S]*?)^```$/gm;
const marks = /^(run|run-slow|board)(?: needs=(\S+))?$/;

/** The commands of a page, in order. Throws where a block of `sh` is not marked, or output follows no commands. */
export function commandsOf(path: string): Commands[] {
  const text = readFileSync(path, "utf8");
  const found: Commands[] = [];
  for (const { index, 1: language, 2: words = "", 3: body = "" } of text.matchAll(fence)) {
    const line = text.slice(0, index).split("\n").length + 1;
    if (language === "sh") {
      const [, mark, needs] = marks.exec(words) ?? [];
      if (mark === undefined)
        throw new Error(`${path}:${line}: is it run? "sh run", "sh run-slow" or "sh board"`);
      const programs = needs?.split(",") ?? [];
      found.push({ mark: mark as Commands["mark"], needs: programs, line, script: body, output: undefined });
    } else if (words === "output") {
      const last = found.at(-1);
      if (last === undefined || last.output !== undefined)
        throw new Error(`${path}:${line}: output of no commands`);
      last.output = body.trimEnd().split("\n");
    }
  }
  return found;
}

/**
 * The lines of a page that a program did not print; undefined where it printed all. Lines follow one another at once, but
 * after `...`, which stands for any number of lines, and so do the beginning and the end.
 */
export function missingLines(shown: readonly string[], printed: string): string[] | undefined {
  const lines = printed.split(/\r?\n/).map((line) => line.trimEnd());
  let from = 0;
  for (const group of shown.join("\n").split(/^\.\.\.$\n?/m)) {
    const wanted =
      group.trimEnd() === ""
        ? []
        : group
            .trimEnd()
            .split("\n")
            .map((line) => line.trimEnd());
    const at = lines.findIndex(
      (_, start) => start >= from && wanted.every((line, i) => lines[start + i] === line),
    );
    if (at < 0) return wanted;
    from = at + wanted.length;
  }
  return undefined;
}
