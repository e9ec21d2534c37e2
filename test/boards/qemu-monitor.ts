import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../../host/tools/ending.js";

/** A message of QEMU's monitor. Source: QEMU Machine Protocol Specification. */
interface MonitorMessage {
  event?: string;
  data?: { reason?: string };
  error?: { desc: string };
  return?: unknown;
}

/** The monitor of a QEMU that was just started with `monitorPlace`'s arguments. */
export interface Monitor {
  /** Has QEMU execute a command. Throws what QEMU says where it refuses. */
  execute(command: string, given?: object): Promise<void>;
  /** Has QEMU execute a command of the monitor for people, which must answer nothing. */
  type(line: string): Promise<void>;
  close(): void;
}

/** Where a monitor is to be: QEMU's arguments, and the folder of its socket. */
export interface MonitorPlace {
  arguments: readonly string[];
  path: string;
  remove(): void;
}

const connectAttempts = 200;
const connectMillis = 25;

export function monitorPlace(): MonitorPlace {
  const folder = temporaryFolder("monitor");
  const path = join(folder.path, "monitor");
  return {
    arguments: ["-qmp", `unix:${path},server=on,wait=off`],
    path,
    remove: () => folder.remove(),
  };
}

async function connected(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(path);
    try {
      await once(socket, "connect");
      return socket;
    } catch (error) {
      if (attempt === connectAttempts) throw error;
      await sleep(connectMillis);
    }
  }
}

/**
 * Connects to the monitor.
 *
 * @param onEvent told each event with its reason, if it has one
 */
export async function connectMonitor(
  { path }: MonitorPlace,
  onEvent: (event: string, reason: string | undefined) => void = () => undefined,
): Promise<Monitor> {
  const socket = await connected(path);
  const waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  createInterface(socket).on("line", (text) => {
    const { event, data, error, return: answer } = JSON.parse(text) as MonitorMessage;
    if (event !== undefined) onEvent(event, data?.reason);
    else if (error !== undefined) waiting.shift()?.reject(new Error(error.desc));
    else if (answer !== undefined) waiting.shift()?.resolve(answer);
  });
  const ask = (command: string, given?: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, ...(given && { arguments: given }) })}\n`);
    });
  await ask("qmp_capabilities");
  return {
    execute: async (command, given) => {
      await ask(command, given);
    },
    type: async (line) => {
      const said = await ask("human-monitor-command", { "command-line": line });
      if (said !== "") throw new Error(`QEMU's monitor: ${line}: ${said}`);
    },
    close: () => socket.destroy(),
  };
}
