import { type Command, Option } from "commander";
import { flashMethodNames, loadBoard } from "../boards/index.js";
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
    .addOption(
      new Option("--method <name>", "by default the first that can be used").choices(flashMethodNames),
    )
    .option(
      "--device <name>",
      "which one: a USB id or serial number, a volume's folder wherever it is mounted, or a serial port",
    )
    .action((name: string, options: FlashOptions) => flash(name, options, output));
}

async function flash(name: string, options: FlashOptions, output: Output): Promise<void> {
  const board = loadBoard(name);
  const choice = { method: options.method, wanted: options.device };
  const [{ lackingForFlash, prepareFlash }, { firmwarePrograms }, { lacking, missing }] = await Promise.all([
    import("../flash/index.js"),
    import("../firmware/build.js"),
    import("../tools/find.js"),
  ]);
  const absent = [...(await lackingForFlash(board, choice)), ...lacking(firmwarePrograms(board))];
  if (absent.length > 0) throw missing(...absent);
  const prepared = await prepareFlash(board, choice);
  const { files } = await builtFirmware(board, output);
  output.progress(`flashing ${board.id}`);
  await prepared.flash({ files, onLine: (line) => output.talk(line) });
  output.talk(`flashed ${board.id} by ${prepared.method}`);
}
