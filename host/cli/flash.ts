import type { Command } from "commander";
import { loadBoard } from "../boards/index.js";
import { builtFirmware } from "./firmware.js";
import type { Output } from "./output.js";

interface FlashOptions {
  method?: string;
  device?: string;
}

/** Adds the command `flash` to the program. */
export function registerFlash(program: Command, output: Output): void {
  program
    .command("flash")
    .description("Build the firmware of a board, and write it to the board.")
    .argument("<board>", "a board of `wasmote boards`")
    .option(
      "--method <name>",
      "uf2, openocd, st-flash, dfu-util or esptool; by default the first that can be used",
    )
    .option(
      "--device <name>",
      "which one: a USB id or serial number, a volume's folder wherever it is mounted, or esptool's port",
    )
    .action((name: string, options: FlashOptions) => flash(name, options, output));
}

async function flash(name: string, options: FlashOptions, output: Output): Promise<void> {
  const board = loadBoard(name);
  const { files } = await builtFirmware(board, output);
  const { flashBoard } = await import("../flash/index.js");
  output.progress(`flashing ${board.id} ...`);
  const task = { board, files, wanted: options.device, onLine: (line: string) => output.talk(line) };
  const method = await flashBoard(task, options.method);
  output.talk(`flashed ${board.id} by ${method}`);
}
