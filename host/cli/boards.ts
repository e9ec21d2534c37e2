import type { Command } from "commander";
import { type Board, type Fit, figureText, loadBoards, modelRamBytes } from "../boards/index.js";
import { table } from "../table.js";
import { thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface BoardsOptions {
  model?: string;
  json?: boolean;
}

const help = `
Proven: "emulator" runs in an emulator in the project's tests, "hardware" was run on the board itself, "build-only" is
built and inspected, not run. RAM and flash for a model are what the firmware leaves.`;

/** Adds the command `boards` to the program. */
export function registerBoards(program: Command, output: Output): void {
  const command = program
    .command("boards")
    .description("List the boards that there are, how far each is proven, and what fits.")
    .option("--model <file>", "a .wasm built by wasmote: say where it fits")
    .option("--json", "print the list as JSON")
    .action((options: BoardsOptions) => boards(options, output));
  addHelp(command, help);
}

async function boards(options: BoardsOptions, output: Output): Promise<void> {
  const all = loadBoards();
  const verdicts = options.model === undefined ? undefined : await verdictsFor(options.model, all);
  if (options.json) {
    const entries = all.map((board, i) => ({
      id: board.id,
      name: board.name,
      vendor: board.vendor,
      url: board.url,
      mcu: board.mcu,
      core: board.core,
      clockHz: board.clockHz,
      proven: board.proven,
      emulator: board.emulator?.kind ?? null,
      flashMethods: board.flashMethods.map(({ method }) => method),
      modelRamBytes: modelRamBytes(board),
      slots: board.slots.count,
      slotBytes: board.slots.bytes,
      ...(verdicts === undefined ? {} : { fit: verdicts[i] }),
    }));
    output.json(entries);
    return;
  }
  output.data(boardsText(all, verdicts, output));
}

async function verdictsFor(path: string, all: readonly Board[]): Promise<Fit[]> {
  const file = await readModuleFile(path);
  const { predictFit } = await import("../needs/index.js");
  const verdicts: Fit[] = [];
  for (const board of all) verdicts.push(await predictFit(file.wasm, file, board));
  return verdicts;
}

function boardsText(all: readonly Board[], verdicts: readonly Fit[] | undefined, output: Output): string[] {
  return table(
    [
      { heading: "board", align: "left" },
      { heading: "name", align: "left" },
      { heading: "core", align: "left" },
      { heading: "MHz", align: "right" },
      { heading: "model RAM", align: "right" },
      { heading: "model flash", align: "right" },
      { heading: "proven", align: "left" },
      { heading: "flash by", align: "left" },
      ...(verdicts === undefined ? [] : [{ heading: verdicts[0]?.model ?? "", align: "left" as const }]),
    ],
    all.map((board, i) => [
      board.id,
      board.name,
      board.core,
      thousands(board.clockHz / 1e6),
      thousands(modelRamBytes(board)),
      `${board.slots.count} x ${thousands(board.slots.bytes)}`,
      board.proven,
      board.flashMethods.map(({ method }) => method).join(", ") || "-",
      ...(verdicts === undefined ? [] : [verdictText(verdicts[i]!)]),
    ]),
    { width: output.width, heading: output.styles.dim },
  );
}

function verdictText(verdict: Fit): string {
  const short = verdict.figures.filter((figure) => figure.neededBytes > figure.availableBytes);
  const ram = verdict.figures.find(({ what }) => what === "RAM");
  return verdict.fits
    ? `fits, with ${thousands(ram?.neededBytes ?? 0)} of RAM`
    : [
        ...short.map(figureText),
        ...(verdict.lacksFloats ? ["no floats"] : []),
        ...(verdict.refused ? [`refused: ${verdict.refused}`] : []),
      ].join("; ");
}
