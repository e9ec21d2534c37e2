import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { keyOption, wholeNumber } from "./board-runner.js";
import { ofNoUse } from "./errors.js";
import { readPrivateKeyFile } from "./key-files.js";
import type { Output } from "./output.js";

interface MonitorOptions {
  port: string;
  baud?: number;
  events?: boolean;
  key?: string;
}

const usualBaud = 115_200;

/** Adds the command `monitor` to the program. */
export function registerMonitor(program: Command, output: Output): void {
  program
    .command("monitor")
    .description("Show what a board says: its text, without the packets of the link. Ctrl-C ends it.")
    .requiredOption(
      "--port <port>",
      "a serial port, auto to find a board's by its USB ids, tcp://HOST:PORT or unix:PATH",
    )
    .option("--events", "ask the board to tell of events that have a notify action, and show them")
    .addOption(keyOption())
    .option("--baud <n>", `bits per second of a serial port; ${usualBaud} by default`, wholeNumber)
    .action((options: MonitorOptions) => monitor(options, output));
}

/** How a level is written. */
const levelDecimals = 3;

async function monitor({ port, baud, events, key: keyPath }: MonitorOptions, output: Output): Promise<void> {
  if (keyPath !== undefined && !events)
    throw ofNoUse("--key", "without --events nothing is asked of the board");
  const { isSocketAddress, openPort } = await import("../device/open-port.js");
  const { Device } = await import("../device/device.js");
  if (baud !== undefined && isSocketAddress(port)) {
    throw ofNoUse("--baud", `${port} is no serial port`);
  }
  const key = await readPrivateKeyFile(keyPath, output);
  const line = await openPort(port, baud ?? usualBaud);
  output.talk(`listening at ${line.name}; Ctrl-C ends it`);
  let onEnd: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    onEnd = resolve;
  });
  const device = new Device(line, {
    onEnd,
    onText: (text) => output.data([text]),
    onDropped: (reason) => output.talk(`a packet was dropped: ${reason}`),
    onNotice: ({ name, level, run }) =>
      output.data([`event ${name} ${level.toFixed(levelDecimals)}, run ${run}`]),
  });
  let reason: string | undefined;
  try {
    if (events) {
      const { unlock } = await import("../device/unlock.js");
      await unlock(device, key);
      await device.notify(true);
    }
    reason = await new Promise<string | undefined>((resolve) => {
      void ended.then(resolve);
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
    });
    if (events && reason === undefined) await device.notify(false).catch(() => undefined);
  } finally {
    await device.close();
  }
  if (reason !== undefined) throw new WasmoteError("board-silent", reason, { file: line.name });
}
