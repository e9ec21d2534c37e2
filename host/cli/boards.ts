import type { Command } from "commander";
import { type Board, type Fit, figureText, loadBoards, modelRamBytes } from "../boards/index.js";
import { table } from "../table.js";
import { signersText, withBoard } from "./board-line.js";
import { portOption } from "./board-runner.js";
import { bytesText, thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface BoardsOptions {
  model?: string;
  port?: string;
  json?: boolean;
}

const help = `
With --port, what the board that is connected there says of itself: its model, what it has left, and whose models it runs.
Proven: "emulator" runs in an emulator in the project's tests, "hardware" was run on the board itself, "build-only" is
built and inspected, not run. RAM and flash for a model are what the firmware leaves. Firmware is open unless it is built with
\`--trust\`: whoever reaches a board's link can replace its model.`;

/** Adds the command `boards` to the program. */
export function registerBoards(program: Command, output: Output): void {
  const command = program
    .command("boards")
    .description("List the boards that there are, how far each is proven, and what fits.")
    .option("--model <file>", "a .wasm built by wasmote: say where it fits")
    .addOption(portOption().conflicts("model"))
    .option("--json", "print the list as JSON")
    .action((options: BoardsOptions) =>
      options.port === undefined ? boards(options, output) : connected(options, output),
    );
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
  output.talk(
    "firmware is open, unless it is built with --trust; `wasmote boards --port PORT` says whether a board's is",
  );
}

/** Tells of the board at a port. */
async function connected(options: BoardsOptions, output: Output): Promise<void> {
  const [status, trust] = await withBoard(
    options,
    output,
    async (device) => [await device.status(), await device.trust()] as const,
  );
  const { signed, trial, keys } = trust;
  if (options.json) {
    output.json({ ...status, signed, trial, keys: keys.length });
    return;
  }
  const { board, abi, model, ram, flash, used, memory } = status;
  output.data([
    `board     ${board}, interface ${abi}`,
    `firmware  ${signed ? signersText(trust) : "open: it runs anyone's models"}`,
    `model     ${model ?? "none"}${trial ? ", on trial" : ""}`,
    `RAM       ${bytesText(ram)} for a model; ${bytesText(memory)} linear memory, ${bytesText(used)} firmware and engine`,
    `flash     ${bytesText(flash)} in a slot`,
  ]);
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
