import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { temporaryFolder, whenEnding } from "./ending.js";

const graceMillis = 1000;

/** How a program is started. */
export interface ChildOptions {
  /** Done once when it has ended, at the latest before this process ends; must not wait for anything. */
  onEnd?(): void;
  /**
   * Its standard streams are those of this process's terminal, so that it can ask for a password. It is then ended by
   * SIGTERM, which `sudo` passes on.
   */
  onTerminal?: boolean;
}

/** A group of processes of its own, so that what a program starts is ended with it; there are none on Windows. */
const grouped = process.platform !== "win32";

/**
 * Starts a program that must not outlive this process: it is ended with all that it has started when this process ends,
 * whether by itself, by an error or by a signal. Its three standard streams are pipes, and its temporary files, which it
 * would leave behind when it is killed, are in a folder that is removed with it, unless it is on the terminal.
 */
export function startChild(
  program: string,
  args: readonly string[],
  { onEnd = () => undefined, onTerminal = false }: ChildOptions = {},
): ChildProcess {
  const stdio: StdioOptions = onTerminal ? ["inherit", 2, "inherit"] : ["pipe", "pipe", "pipe"];
  const temporary = onTerminal ? undefined : temporaryFolder("program");
  const env = temporary === undefined ? process.env : { ...process.env, TMPDIR: temporary.path };
  const child = spawn(program, args, { stdio, env, detached: grouped && !onTerminal });
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    callOff();
    temporary?.remove();
    onEnd();
  };
  const callOff = whenEnding(() => {
    signalChild(child, onTerminal ? "SIGTERM" : "SIGKILL", !onTerminal);
    end();
  });
  child.stdin?.on("error", () => undefined);
  child.once("exit", end);
  child.once("error", () => {
    if (child.pid === undefined) end();
  });
  return child;
}

/** Ends a program that `startChild` started, and waits for it: first politely, after a second by force. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  signalChild(child, "SIGTERM", true);
  const force = setTimeout(() => signalChild(child, "SIGKILL", true), graceMillis);
  await ended;
  clearTimeout(force);
}

function signalChild(child: ChildProcess, signal: NodeJS.Signals, wholeGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (grouped && wholeGroup) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // it has ended
  }
}
