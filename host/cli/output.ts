import { randomBytes } from "node:crypto";
import { shown, visible } from "../visible.js";
import { type Styles, stylesFor } from "./styles.js";

/**
 * Where a command writes: data to `data` or `json`, talk to `talk`. Whatever the text holds, a terminal gets lines without
 * control characters: what would be one is made visible. Styles are those of `styles`.
 */
export interface Output {
  /** Writes lines of data to stdout. */
  data(lines: readonly string[]): void;
  /** Writes data as JSON to stdout; in one line where `indent` is 0. */
  json(value: unknown, indent?: number): void;
  /** Writes a line of talk to stderr. */
  talk(text: string): void;
  /** Shows what is going on while it takes long; cleared by `done`. Silent where stderr is no terminal. */
  progress(text: string): void;
  done(): void;
  /** Colours of stdout. */
  styles: Styles;
}

/** What is written to. */
export interface OutputStreams {
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown; isTTY?: boolean };
}

const escapeCharacter = "\u001b";
const clearLine = `\r${escapeCharacter}[K`;

/** Longest line for people: names in it may be of any length. */
const longestLine = 2000;

/** Stands for the escape character of our own styles until a line is written. No file can know it. */
const ownEscape = randomBytes(16).toString("hex");

/** Styles whose escape characters `lineText` lets through. */
function ownStyles(styles: Styles): Styles {
  const own = Object.entries(styles).map(([name, style]) => [
    name,
    typeof style === "function"
      ? (text: string) => style(visible(String(text))).replaceAll(escapeCharacter, ownEscape)
      : style,
  ]);
  return Object.fromEntries(own) as Styles;
}

/** A line as it is written: visible, with our own styles; one that is too long loses them. */
function lineText(line: string): string {
  if (line.length <= longestLine) return visible(line).replaceAll(ownEscape, escapeCharacter);
  return shown(line.replace(new RegExp(`${ownEscape}\\[\\d+m`, "g"), ""), longestLine);
}

/** The output to streams: those of this process unless told. */
export function processOutput({ stdout, stderr }: OutputStreams = process): Output {
  let isShown = false;
  const clear = () => {
    if (isShown) stderr.write(clearLine);
    isShown = false;
  };
  return {
    data(lines) {
      clear();
      stdout.write(lines.map((line) => `${lineText(line)}\n`).join(""));
    },
    json(value, indent = 2) {
      clear();
      const lines = JSON.stringify(value, undefined, indent).split("\n");
      stdout.write(`${lines.map(visible).join("\n")}\n`);
    },
    talk(text) {
      clear();
      stderr.write(`${lineText(text)}\n`);
    },
    progress(text) {
      if (stderr.isTTY !== true) return;
      stderr.write(`${clearLine}${lineText(text)}`);
      isShown = true;
    },
    done: clear,
    styles: ownStyles(stylesFor(stdout)),
  };
}
