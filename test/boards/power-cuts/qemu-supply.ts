import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Board } from "../../../host/boards/index.js";
import { type QemuEmulator, startQemu } from "../../../host/device/emulators/qemu.js";
import { temporaryFolder } from "../../../host/tools/ending.js";
import { type Failure, LineOfStarts, type Supply } from "./supply.js";

/** A message of QEMU's monitor. Source: QEMU Machine Protocol Specification. */
interface MonitorMessage {
  event?: string;
  data?: { reason?: string };
  error?: { desc: string };
}

const connectAttempts = 200;
const connectMillis = 25;

/** The monitor of a QEMU that was just started. */
async function connectMonitor(path: string): Promise<Socket> {
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
 * A board in QEMU, whose flash is RAM that stays as it is when the machine is reset. Moments are milliseconds of this machine's.
 */
export async function startQemuSupply(board: Board, firmware: string): Promise<Supply> {
  const folder = temporaryFolder("monitor");
  const path = join(folder.path, "monitor");
  const more = ["-qmp", `unix:${path},server=on,wait=off`];
  const emulator = board.emulator as QemuEmulator;
  const line = startQemu(`the emulator of ${board.id}`, emulator, firmware, [], more);
  const monitor = await connectMonitor(path);
  const starts = new LineOfStarts(line);
  let whenReset: () => void = () => undefined;
  createInterface(monitor).on("line", (text) => {
    const { event, data, error } = JSON.parse(text) as MonitorMessage;
    if (error !== undefined) throw new Error(error.desc);
    if (event === "RESET" && data?.reason === "host-qmp-system-reset") whenReset();
  });
  const execute = (command: string): boolean => monitor.write(`${JSON.stringify({ execute: command })}\n`);
  execute("qmp_capabilities");

  const reset = async (): Promise<void> => {
    const done = new Promise<void>((resolve) => {
      whenReset = resolve;
    });
    execute("system_reset");
    await done;
    starts.end();
  };
  return {
    open: () => starts.open(),
    now: () => performance.now(),
    failAt: (moment): Failure => {
      let failed: Promise<void> | undefined;
      const happen = (): Promise<void> => {
        clearTimeout(timer);
        failed ??= reset();
        return failed;
      };
      const timer = setTimeout(happen, moment - performance.now());
      return { happen };
    },
    close: async () => {
      monitor.destroy();
      await line.close();
      folder.remove();
    },
  };
}
