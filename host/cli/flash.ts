import { type Command, Option } from "commander";
import { flashMethodNames, loadBoard } from "../boards/index.js";
import {
  addDriverOptions,
  addTrustOptions,
  buildOption,
  type DriverOptions,
  driversOf,
  obtainedFirmware,
  openFirmware,
  type TrustOptions,
  trustOf,
} from "./firmware.js";
import type { Output } from "./output.js";

interface FlashOptions extends TrustOptions, DriverOptions {
  method?: string;
  device?: string;
  build?: boolean;
}

/** Adds the command `flash` to the program. */
export function registerFlash(program: Command, output: Output): void {
  const command = program
    .command("flash")
    .description("Write the firmware to a board: that of the package @wasmote/firmware, or else built.")
    .argument("<board>", "a board of `wasmote boards`")
    .addOption(
      new Option("--method <name>", "by default the first that can be used").choices(flashMethodNames),
    )
    .option(
      "--device <name>",
      "which one: a USB id or serial number, a volume's folder wherever it is mounted, or a serial port",
    )
    .addOption(buildOption());
  addTrustOptions(addDriverOptions(command)).action((name: string, options: FlashOptions) =>
    flash(name, options, output),
  );
}

async function flash(name: string, options: FlashOptions, output: Output): Promise<void> {
  const board = loadBoard(name);
  const choice = { method: options.method, wanted: options.device };
  const [
    { lackingForFlash, namingOtherWays, prepareFlash },
    { firmwareMissing, obtainableFirmware },
    { missing },
  ] = await Promise.all([
    import("../flash/index.js"),
    import("../firmware/obtain.js"),
    import("../tools/find.js"),
  ]);
  const ways = await lackingForFlash(board, choice);
  const tools = ways.slice(0, 1).map(({ program }) => program);
  const trust = await trustOf(options, output);
  const firmware = obtainableFirmware(board, { build: options.build, trust, drivers: driversOf(options) });
  if (firmware.lacks.length > 0)
    throw namingOtherWays(firmwareMissing(board, [...tools, ...firmware.lacks]), ways);
  if (tools.length > 0) throw namingOtherWays(missing(...tools), ways);
  const prepared = await prepareFlash(board, choice);
  const { files } = await obtainedFirmware(board, firmware, output);
  output.progress(`flashing ${board.id}`);
  await prepared.flash({ files, onLine: (line) => output.talk(line) });
  output.talk(`flashed ${board.id} by ${prepared.method}`);
  if (trust === undefined) output.talk(openFirmware);
}
