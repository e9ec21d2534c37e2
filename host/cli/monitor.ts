import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { wholeNumber } from "./board-runner.js";
import { ofNoUse } from "./errors.js";
import type { Output } from "./output.js";

interface MonitorOptions {
  port: string;
  baud?: number;
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
    .option("--baud <n>", `bits per second of a serial port; ${usualBaud} by default`, wholeNumber)
    .action((options: MonitorOptions) => monitor(options, output));
}

async function monitor({ port, baud }: MonitorOptions, output: Output): Promise<void> {
  const { isSocketAddress, openPort } = await import("../device/open-port.js");
  const { FrameDecoder } = await import("../device/frames.js");
  if (baud !== undefined && isSocketAddress(port)) {
    throw ofNoUse("--baud", `${port} is no serial port`);
  }
  const line = await openPort(port, baud ?? usualBaud);
  output.talk(`listening at ${line.name}; Ctrl-C ends it`);
  const decoder = new FrameDecoder({
    message: () => undefined,
    text: (text) => output.data([text]),
    dropped: (reason) => output.talk(`a packet was dropped: ${reason}`),
  });
  line.onData((bytes) => decoder.push(bytes));
  const reason = await new Promise<string | undefined>((resolve) => {
    line.onEnd(resolve);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
  await line.close();
  if (reason !== undefined) throw new WasmoteError("board-silent", reason, { file: line.name });
}
