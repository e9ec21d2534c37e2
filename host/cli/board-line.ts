import { Option } from "commander";
import type { BoardTrust } from "../device/answers.js";
import type { Device } from "../device/device.js";
import { boardText, portOption } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { openFirmware } from "./firmware.js";
import type { Output } from "./output.js";

/** Options that say which board is meant. */
export interface LineOptions {
  on?: string;
  port?: string;
}

/** The options `--port` and `--on`. */
export function lineOptions(): Option[] {
  return [portOption(), new Option("--on <board>", "the board at the port; without a port, its emulator")];
}

/** Throws `UsageError` where the options name no board. */
export function requireLine({ on, port }: LineOptions): void {
  if (port === undefined && on === undefined) {
    throw new UsageError("no board is named", "Give --port PORT for a connected board, or --on BOARD.");
  }
}

/**
 * Connects to the board that the options name, and ends the line after the work.
 *
 * @throws `UsageError` where they name none, what `connectBoard` and the work throw
 */
export async function withBoard<Result>(
  options: LineOptions,
  output: Output,
  work: (device: Device) => Promise<Result>,
): Promise<Result> {
  requireLine(options);
  const { on, port } = options;
  const { connectBoard, namedBoard } = await import("../device/connect.js");
  const device = await connectBoard(namedBoard(on), {
    port,
    onText: boardText(() => port ?? `${on}`, output),
    onProgress: (thing, detail) => output.progress(thing, detail),
  });
  try {
    return await work(device);
  } finally {
    await device.close();
  }
}

/** Whose models firmware with keys runs, for people. */
export function signersText({ keys }: BoardTrust): string {
  return `signed models only, of ${keys.length} trusted ${keys.length === 1 ? "key" : "keys"}`;
}

/** Whose models a board's firmware runs, as a sentence. */
export function trustText(trust: BoardTrust): string {
  return trust.signed ? `the firmware runs ${signersText(trust)}` : openFirmware;
}
