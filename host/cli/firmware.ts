import type { Command } from "commander";
import { type Board, loadBoard } from "../boards/index.js";
import { readWholeFile } from "../files/read.js";
import type { Firmware } from "../firmware/build.js";
import { UsageError } from "./errors.js";
import { bytesText, percent } from "./figures.js";
import { writeFilesAtomically } from "./files.js";
import type { Output } from "./output.js";

interface FirmwareOptions {
  out?: string;
  json?: boolean;
}

/** Adds the command `firmware` to the program. */
export function registerFirmware(program: Command, output: Output): void {
  program
    .command("firmware")
    .description("Build the firmware of a board.")
    .argument("<board>", "a board of `wasmote boards`")
    .option("-o, --out <file>", "the file to write: .elf, .bin, .hex, or .uf2 where the board takes one")
    .option("--json", "print the sizes as JSON")
    .action((name: string, options: FirmwareOptions) => firmware(name, options, output));
}

/** Builds a board's firmware, with the compiler's lines as progress. Throws `board-unknown`, `tool-*`. */
export async function builtFirmware(board: Board, output: Output): Promise<Firmware> {
  const { buildFirmware } = await import("../firmware/build.js");
  const building = `building the firmware of ${board.id}`;
  output.progress(building);
  const built = await buildFirmware(board, { onLine: (line) => output.progress(building, line) });
  output.done();
  return built;
}

async function firmware(name: string, options: FirmwareOptions, output: Output): Promise<void> {
  const board = loadBoard(name);
  const chosen = options.out === undefined ? undefined : endingOf(options.out, board);
  const { files, sizes } = await builtFirmware(board, output);
  const { firmwareBytes } = await import("../firmware/variables.js");
  const out = options.out ?? `${board.id}.${files.uf2 === undefined ? "elf" : "uf2"}`;
  const source = files[chosen ?? endingOf(out, board)]!;
  await writeFilesAtomically([{ path: out, bytes: readWholeFile(source) }]);
  output.talk(`wrote ${out}`);
  const available = { flashBytes: firmwareBytes(board), ramBytes: board.ramBytes };
  if (options.json) {
    output.json({ board: board.id, file: out, used: sizes, available });
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
