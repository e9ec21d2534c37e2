import type { Command } from "commander";
import { boardText, portOption, uploadProgress } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { bytesText, thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface PushOptions {
  on?: string;
  port?: string;
  json?: boolean;
}

const help = `
A push that was interrupted goes on where it stopped. Until the model is complete and checked, the board's old model
answers.`;

/** Adds the command `push` to the program. */
export function registerPush(program: Command, output: Output): void {
  const command = program
    .command("push")
    .description("Send a model to a board that runs wasmote's firmware, and make it the active one.")
    .argument("<model>", "a .wasm built by wasmote")
    .addOption(portOption())
    .option("--on <board>", "the board at the port; without a port, its emulator")
    .option("--json", "print what the board says afterwards as JSON")
    .action((model: string, options: PushOptions) => push(model, options, output));
  addHelp(command, help);
}

async function push(path: string, options: PushOptions, output: Output): Promise<void> {
  if (options.port === undefined && options.on === undefined) {
    throw new UsageError("no board is named", "Give --port PORT for a connected board, or --on BOARD.");
  }
  const file = await readModuleFile(path);
  const { connectBoard, namedBoard } = await import("../device/connect.js");
  const { deployModel } = await import("../run/board.js");
  const { requireFit } = await import("../boards/index.js");
  const { predictFit } = await import("../needs/index.js");
  const board = namedBoard(options.on);
  if (board !== undefined) requireFit(await predictFit(file.wasm, file, board));
  const name = options.port ?? `${options.on}`;
  const device = await connectBoard(board, {
    port: options.port,
    onText: boardText(() => name, output),
    onProgress: (thing, detail) => output.progress(thing, detail),
  });
  try {
    await deployModel(device, file.wasm, file, { onUpload: uploadProgress(output) });
    const status = await device.status();
    output.talk(`${file.manifest.name} is active on ${status.board} (${device.name})`);
    const lines = [
      `RAM    ${bytesText(status.memory)} linear memory, ${bytesText(status.used)} firmware and engine`,
      `flash  ${thousands(file.wasm.length)} of a slot's ${bytesText(status.flash)}`,
    ];
    if (options.json) output.json(status);
    else output.data(lines);
  } finally {
    await device.close();
  }
}
