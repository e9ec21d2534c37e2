import type { Command } from "commander";
import { boardText, portOption, uploadProgress } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { bytesText, thousands } from "./figures.js";
import { openFirmware } from "./firmware.js";
import { addHelp } from "./help.js";
import { readPrivateKeyFile } from "./key-files.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface PushOptions {
  on?: string;
  port?: string;
  key?: string;
  trial?: boolean;
  json?: boolean;
}

const help = `
A push that was interrupted goes on where it stopped. Until the model is complete and checked, the board's old model
answers. The new one is tried: where it fails its self-test or, without one, a first run, the old one is active again. With
--trial it stays on trial, until its own good runs confirm it (\`sign --confirm-after\`); a trap, a limit or a restart ends that.`;

/** Adds the command `push` to the program. */
export function registerPush(program: Command, output: Output): void {
  const command = program
    .command("push")
    .description("Send a model to a board that runs wasmote's firmware, and make it the active one.")
    .argument("<model>", "a .wasm built by wasmote")
    .addOption(portOption())
    .option("--on <board>", "the board at the port; without a port, its emulator")
    .option("--key <file>", "the private key, .pem, that a board which runs signed models only trusts")
    .option("--trial", "leave the model on trial")
    .option("--json", "print what the board says afterwards as JSON")
    .action((model: string, options: PushOptions) => push(model, options, output));
  addHelp(command, help);
}

async function push(path: string, options: PushOptions, output: Output): Promise<void> {
  if (options.port === undefined && options.on === undefined) {
    throw new UsageError("no board is named", "Give --port PORT for a connected board, or --on BOARD.");
  }
  const key = options.key === undefined ? undefined : await readPrivateKeyFile(options.key, output);
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
    const { trial } = options;
    await deployModel(device, file.wasm, file, { key, trial, onUpload: uploadProgress(output) });
    const [status, trust] = [await device.status(), await device.trust()];
    const onTrial = trust.trial ? `, on trial: ${trialText(trust.runs)}` : "";
    output.talk(`${file.manifest.name} is active on ${status.board} (${device.name})${onTrial}`);
    if (!trust.signed) output.talk(openFirmware);
    const lines = [
      `RAM    ${bytesText(status.memory)} linear memory, ${bytesText(status.used)} firmware and engine`,
      `flash  ${thousands(file.wasm.length)} of a slot's ${bytesText(status.flash)}`,
    ];
    if (options.json) output.json({ ...status, signed: trust.signed, trial: trust.trial });
    else output.data(lines);
  } finally {
    await device.close();
  }
}

/** What confirms a model that is on trial. */
function trialText(runs: number): string {
  return runs === 0
    ? "only a host confirms it"
    : `${runs} more good ${runs === 1 ? "run confirms" : "runs confirm"} it`;
}
