import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is to be undone when this process ends. */
const pending = new Set<() => void>();
const removalAttempts = 40;
const removalPauseMillis = 25;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Has something undone when this process ends, whether by itself, by an error or by a signal.
 *
 * @param undo must not wait for anything
 * @returns calls it off
 */
export function whenEnding(undo: () => void): () => void {
  if (pending.size === 0) watch(true);
  const entry = (): void => undo();
  pending.add(entry);
  return () => {
    if (pending.delete(entry) && pending.size === 0) watch(false);
  };
}

/** A folder of this process alone, which does not outlive it. */
export interface TemporaryFolder {
  path: string;
  remove(): void;
}

/** Makes a temporary folder. It is removed with this process, unless `remove` was called before. */
export function temporaryFolder(purpose: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `wasmote-${purpose}-`));
  const remove = (): void => removeFolder(path);
  const callOff = whenEnding(remove);
  return {
    path,
    remove: () => {
      callOff();
      remove();
    },
  };
}

/**
 * Removes a folder, also where a program that was just killed ends what it is about and makes one more file: the folder
 * is then not empty, and is gone through anew.
 */
function removeFolder(path: string): void {
  for (let i = 0; i < removalAttempts; i++) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, removalPauseMillis);
    }
  }
}

/** The last that was begun is undone first: a program is ended before its folder is removed. */
function undoAll(): void {
  for (const undo of [...pending].reverse()) {
    pending.delete(undo);
    try {
      undo();
    } catch {
      // the others must still be undone
    }
  }
}

function undoAllAndDie(signal: NodeJS.Signals): void {
  undoAll();
  watch(false);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function watch(on: boolean): void {
  const change = on ? "on" : "off";
  process[change]("exit", undoAll);
  for (const signal of signals) process[change](signal, undoAllAndDie);
}
