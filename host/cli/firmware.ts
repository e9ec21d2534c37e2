import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { type Board, loadBoard } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { readWholeFile } from "../files/read.js";
import type { Firmware } from "../firmware/build.js";
import type { ObtainableFirmware } from "../firmware/obtain.js";
import type { FirmwareTrust, OwnDrivers } from "../firmware/variables.js";
import { ofNoUse, UsageError } from "./errors.js";
import { bytesText, percent } from "./figures.js";
import { privateMode, writeFilesAtomically } from "./files.js";
import type { Output } from "./output.js";

interface FirmwareOptions extends TrustOptions, DriverOptions {
  out?: string;
  build?: boolean;
  json?: boolean;
}

/** Options that name drivers of the user's own. */
export interface DriverOptions {
  source?: string[];
  action?: string[];
}

/** Options that say whose models firmware runs. */
export interface TrustOptions {
  trust?: string[];
  privateOutputs?: boolean;
  /** A file of a private key; true where the board makes one. */
  deviceKey?: string | true;
}

/** Adds the command `firmware` to the program. */
export function registerFirmware(program: Command, output: Output): void {
  const command = program
    .command("firmware")
    .description(
      "Write the firmware of a board to a file: that of the package @wasmote/firmware, or else built.",
    )
    .argument("<board>", "a board of `wasmote boards`")
    .option("-o, --out <file>", "the file to write: .elf, .bin, .hex, or .uf2 where the board takes one")
    .addOption(buildOption());
  addTrustOptions(addDriverOptions(command))
    .option("--json", "print the sizes as JSON")
    .action((name: string, options: FirmwareOptions) => firmware(name, options, output));
}

/** Has firmware built although there is a package that has it. */
export function buildOption(): Option {
  return new Option("--build", "build it, whether or not the package @wasmote/firmware has it");
}

/** Adds the options that name drivers. */
export function addDriverOptions(command: Command): Command {
  return command
    .option(
      "--source <file...>",
      "drivers of sensors of your own, NAME.c, that the firmware has besides; it is built",
    )
    .option("--action <file...>", "drivers of actions of your own, likewise");
}

/** The drivers that the options name; undefined without any. Throws `file-unreadable`, and `UsageError` for files that are not named after a driver. */
export function driversOf({ source = [], action = [] }: DriverOptions): OwnDrivers | undefined {
  const odd = [...source, ...action].find((file) => !/^[A-Za-z_][A-Za-z0-9_]{0,15}\.c$/.test(basename(file)));
  if (odd !== undefined)
    throw new UsageError(
      `${odd}: a driver's file is named after it`,
      "Name it NAME.c, with letters, digits and _, at most 16; it defines NAME_source or NAME_action.",
    );
  const missing = [...source, ...action].find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new WasmoteError("file-unreadable", "it does not exist", { file: missing });
  return source.length + action.length === 0 ? undefined : { sources: source, actions: action };
}

/** Adds the options that say whose models firmware runs. */
export function addTrustOptions(command: Command): Command {
  return command
    .option(
      "--trust <key...>",
      "public keys, .pub, of `wasmote keygen`: the firmware runs only models that one of them signed, and is built",
    )
    .option("--private-outputs", "with --trust: a model's outputs are read in a signed session only")
    .option(
      "--device-key [file]",
      "with --trust: models encrypted to the board are taken: to this private key, .pem, of `wasmote keygen --device`, which the " +
        "firmware then holds, or to one that the board makes, where its chip has a source of random numbers",
    );
}

/** Reads the keys that the options name; undefined without any. Throws `file-unreadable`, `key-invalid`, `device-key-invalid`, `UsageError`. */
export async function trustOf(
  { trust, privateOutputs, deviceKey }: TrustOptions,
  output: Output,
): Promise<FirmwareTrust | undefined> {
  if (trust === undefined) {
    if (privateOutputs) throw ofNoUse("--private-outputs", "there is no --trust");
    if (deviceKey !== undefined) throw ofNoUse("--device-key", "there is no --trust");
    return undefined;
  }
  const { readDeviceKeyFile, readPublicKeyFiles } = await import("./key-files.js");
  const keys = await readPublicKeyFiles(trust);
  return {
    keys: keys.map(({ key }) => key.bytes),
    private: privateOutputs,
    deviceKey:
      typeof deviceKey === "string"
        ? await readDeviceKeyFile(deviceKey, output)
        : deviceKey && "made-by-board",
  };
}

/** What is said of firmware that runs anyone's models. */
export const openFirmware =
  "the firmware is open: whoever reaches the board's link can replace the model; `firmware --trust KEY.pub` makes one that " +
  "runs signed models only";

/** Gives a board's firmware; where it is built, with the compiler's lines as progress. Throws `tool-*`, `board-invalid`. */
export async function obtainedFirmware(
  board: Board,
  { why, prebuilt, obtain }: ObtainableFirmware,
  output: Output,
): Promise<Firmware> {
  if (prebuilt) return obtain();
  if (why !== undefined) output.talk(why);
  const building = `building the firmware of ${board.id}`;
  output.progress(building);
  const built = await obtain({ onLine: (line) => output.progress(building, line) });
  output.done();
  return built;
}

async function firmware(name: string, options: FirmwareOptions, output: Output): Promise<void> {
  const board = loadBoard(name);
  const chosen = options.out === undefined ? undefined : endingOf(options.out, board);
  const { obtainableFirmware } = await import("../firmware/obtain.js");
  const trust = await trustOf(options, output);
  const obtainable = obtainableFirmware(board, { build: options.build, trust, drivers: driversOf(options) });
  const { files, sizes } = await obtainedFirmware(board, obtainable, output);
  const { firmwareBytes } = await import("../firmware/variables.js");
  const out = options.out ?? `${board.id}.${files.uf2 === undefined ? "elf" : "uf2"}`;
  const source = files[chosen ?? endingOf(out, board)]!;
  const mode = trust?.deviceKey instanceof Uint8Array ? privateMode : undefined;
  await writeFilesAtomically([{ path: out, bytes: readWholeFile(source), mode }]);
  output.talk(`wrote ${out}`);
  if (trust === undefined) output.talk(openFirmware);
  const available = { flashBytes: firmwareBytes(board), ramBytes: board.ramBytes };
  if (options.json) {
    output.json({ board: board.id, file: out, used: sizes, available, trustedKeys: trust?.keys.length ?? 0 });
    return;
  }
  const line = (what: string, used: number, of: number): string =>
    `${what}  ${bytesText(used)} of ${bytesText(of)}, ${percent(used, of)}`;
  output.data([
    `${output.styles.bold(board.id)}  ${board.name}`,
    line("flash", sizes.flashBytes, available.flashBytes),
    line("RAM  ", sizes.ramBytes, available.ramBytes),
  ]);
}

function endingOf(path: string, board: Board): "elf" | "bin" | "hex" | "uf2" {
  const ending = /\.(elf|bin|hex|uf2)$/i.exec(path)?.[1]?.toLowerCase();
  const takesUf2 = board.flashMethods.some(({ method }) => method === "uf2");
  if (ending === "elf" || ending === "bin" || ending === "hex") return ending;
  if (ending === "uf2" && takesUf2) return ending;
  const forms = takesUf2 ? ".elf, .bin, .hex or .uf2" : ".elf, .bin or .hex";
  throw new UsageError(`${path}: firmware of ${board.id} is written as ${forms}`, "Give -o another ending.");
}
