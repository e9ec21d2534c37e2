import { wrapLine } from "../table.js";
import { type Styles, stylesFor } from "./styles.js";

/** Where a command writes: data to stdout, talk to stderr. */
export interface Output {
  /** Writes data to stdout, with a line end. */
  data(text: string): void;
  /** Writes lines for people to stdout; those that are wider than the terminal are wrapped. */
  lines(lines: readonly string[]): void;
  /** Writes talk to stderr, with a line end. */
  talk(text: string): void;
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

const clearLine = "\r\u001b[K";
const silentMillis = 1000;

/** The output of a process: to its own streams, unless others are given. */
export function processOutput(
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  now: () => number = () => performance.now(),
): Output {
  const progress = stderr.isTTY === true ? terminalProgress(stderr) : plainProgress(stderr, now);
  const data = (text: string): void => {
    progress.done();
    stdout.write(`${text}\n`);
  };
  const width = widthOf(stdout);
  return {
    data,
    lines: (lines) => data(lines.flatMap((line) => wrapLine(line, width)).join("\n")),
    talk: (text) => {
      progress.done();
      stderr.write(`${text}\n`);
    },
    ...progress,
    styles: stylesFor(stdout),
    talkStyles: stylesFor(stderr),
    width,
  };
}

/** Columns of a terminal; infinite where the stream is none, or does not tell. */
export function widthOf({ isTTY, columns }: Stream): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

type Progress = Pick<Output, "progress" | "blocking" | "done">;

function terminalProgress(stderr: Stream): Progress {
  let shown = false;
  const progress = (thing: string, detail?: string): void => {
    const line = detail === undefined ? `${thing} ...` : `${thing}: ${detail}`;
    stderr.write(`${clearLine}${line.slice(0, widthOf(stderr) - 1)}`);
    shown = true;
  };
  return {
    progress,
    blocking: progress,
    done: () => {
      if (shown) stderr.write(clearLine);
      shown = false;
    },
  };
}

function plainProgress(stderr: Stream, now: () => number): Progress {
  let current: { thing: string; since: number; told: boolean; timer: NodeJS.Timeout } | undefined;
  const tell = (): void => {
    if (current === undefined || current.told) return;
    current.told = true;
    stderr.write(`${current.thing} ...\n`);
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
