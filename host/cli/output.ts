import { randomBytes } from "node:crypto";
import { wrapLine } from "../table.js";
import { shortened, visible } from "../visible.js";
import { type Styles, stylesFor } from "./styles.js";

/**
 * Where a command writes: data to stdout, talk to stderr. Whatever the text holds, a terminal gets lines without control
 * characters: what would be one is made visible. Styles are those of `styles` and `talkStyles`.
 */
export interface Output {
  /** Writes lines of data to stdout; those that are wider than the terminal are wrapped. */
  data(lines: readonly string[]): void;
  /** Writes data as JSON to stdout; in one line where `indent` is 0. */
  json(value: unknown, indent?: number): void;
  /** Writes a line of talk to stderr. */
  talk(text: string): void;
  /** Writes a line of JSON to stderr. */
  talkJson(value: unknown): void;
  /**
   * Shows what is going on until something else is written or `done` is called. On a terminal that is one line, with the
   * detail; elsewhere a plain line, once, and only where the thing has taken over a second.
   *
   * @param thing what takes long, without the dots at its end
   * @param detail how far it is
   */
  progress(thing: string, detail?: string): void;
  /** As `progress`, of something that lets nothing else happen meanwhile: its line is written at once everywhere. */
  blocking(thing: string): void;
  /** The thing that `progress` showed has ended. */
  done(): void;
  /** Colours of stdout. */
  styles: Styles;
  /** Colours of stderr. */
  talkStyles: Styles;
  /** Columns of stdout; infinite where it is no terminal. */
  width: number;
}

/** What is used of a stream. */
export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const escapeCharacter = "\u001b";
const clearLine = `\r${escapeCharacter}[K`;
const silentMillis = 1000;

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
  return shortened(line.replace(new RegExp(`${ownEscape}\\[\\d+m`, "g"), ""), longestLine);
}

/** The output of a process: to its own streams, unless others are given. */
export function processOutput(
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  now: () => number = () => performance.now(),
): Output {
  const progress = stderr.isTTY === true ? terminalProgress(stderr) : plainProgress(stderr, now);
  const width = widthOf(stdout);
  return {
    data(lines) {
      progress.done();
      const all = lines.flatMap((line) => wrapLine(lineText(line), width));
      stdout.write(all.map((line) => `${line}\n`).join(""));
    },
    json(value, indent = 2) {
      progress.done();
      const lines = JSON.stringify(value, undefined, indent).split("\n");
      stdout.write(`${lines.map(visible).join("\n")}\n`);
    },
    talk(text) {
      progress.done();
      stderr.write(`${lineText(text)}\n`);
    },
    talkJson(value) {
      progress.done();
      stderr.write(`${visible(JSON.stringify(value))}\n`);
    },
    ...progress,
    styles: ownStyles(stylesFor(stdout)),
    talkStyles: ownStyles(stylesFor(stderr)),
    width,
  };
}

/** Columns of a terminal; infinite where the stream is none, or does not tell. */
function widthOf({ isTTY, columns }: Stream): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

type Progress = Pick<Output, "progress" | "blocking" | "done">;

function terminalProgress(stderr: Stream): Progress {
  let isShown = false;
  const progress = (thing: string, detail?: string): void => {
    const line = lineText(detail === undefined ? `${thing} ...` : `${thing}: ${detail}`);
    stderr.write(`${clearLine}${line.slice(0, widthOf(stderr) - 1)}`);
    isShown = true;
  };
  return {
    progress,
    blocking: progress,
    done: () => {
      if (isShown) stderr.write(clearLine);
      isShown = false;
    },
  };
}

function plainProgress(stderr: Stream, now: () => number): Progress {
  let current: { thing: string; since: number; told: boolean; timer: NodeJS.Timeout } | undefined;
  const tell = (): void => {
    if (current === undefined || current.told) return;
    current.told = true;
    stderr.write(`${lineText(`${current.thing} ...`)}\n`);
  };
  const done = (): void => {
    clearTimeout(current?.timer);
    current = undefined;
  };
  const progress = (thing: string): void => {
    if (current?.thing !== thing) {
      done();
      current = { thing, since: now(), told: false, timer: setTimeout(tell, silentMillis).unref() };
    } else if (now() - current.since > silentMillis) tell();
  };
  return {
    progress,
    blocking: (thing) => {
      progress(thing);
      tell();
    },
    done,
  };
}
