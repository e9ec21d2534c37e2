import { type ChildProcess, spawn } from "node:child_process";

/** Programs that run, and what is done when they have ended. */
const children = new Map<ChildProcess, () => void>();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const graceMillis = 1000;

/**
 * Starts a program that must not outlive this process: it is ended when this process ends, whether by itself, by an
 * error or by a signal. Its three standard streams are pipes.
 *
 * @param onEnd done once when it has ended, at the latest before this process ends; must not wait for anything
 */
export function startChild(
  program: string,
  args: readonly string[],
  onEnd: () => void = () => undefined,
): ChildProcess {
  if (children.size === 0) watch(true);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  children.set(child, onEnd);
  child.stdin?.on("error", () => undefined);
  const forget = (): void => {
    if (children.delete(child)) onEnd();
    if (children.size === 0) watch(false);
  };
  child.once("exit", forget);
  child.once("error", () => {
    if (child.pid === undefined) forget();
  });
  return child;
}

/** Ends a program that `startChild` started, and waits for it: first politely, after a second by force. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), graceMillis);
  await ended;
  clearTimeout(force);
}

function endAll(): void {
  for (const [child, onEnd] of children) {
    child.kill("SIGKILL");
    children.delete(child);
    onEnd();
  }
}

function endAllAndDie(signal: NodeJS.Signals): void {
  endAll();
  watch(false);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function watch(on: boolean): void {
  const change = on ? "on" : "off";
  process[change]("exit", endAll);
  for (const signal of signals) process[change](signal, endAllAndDie);
}
