import type { AppEvent } from "../app/simulate.js";
import { type Board, type Fit, loadBoard, loadBoards } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import type { AppSection } from "../package/app.js";
import { table } from "../table.js";
import { type BoardOptions, isBoardRunner, openRunnerOrBoard } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { percent, thousands } from "./figures.js";
import type { ModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

/** What an application took of a board, or why it did not run there. */
export interface BoardCost {
  readonly board: string;
  readonly unit?: string;
  /** Units of the counter in a run: on average, and at most. */
  readonly mean?: number;
  readonly most?: number;
  /** Of another board with the same processor, whose units these are. */
  readonly estimatedFrom?: string;
  /** How much of the board's time the runs take, and how many times as fast as samples come they are. */
  readonly share?: number;
  readonly realTime?: number;
  readonly ramBytes?: number;
  readonly availableBytes: number;
  /** Whether it found the events that the first one found. */
  readonly sameEvents?: boolean;
  readonly refused?: string;
}

/** A recording, read. */
export interface Recording {
  readonly path: string;
  readonly samples: Int16Array;
}

const everyBoard = "all";

/** The boards that `--on` lists: several names, or all that there are. Undefined where it names one, or none. */
export function boardList(on: string | undefined): string[] | undefined {
  if (on === everyBoard) return loadBoards().map(({ id }) => id);
  if (on === undefined || !on.includes(",")) return undefined;
  const names = on.split(",").map((name) => name.trim());
  if (names.includes("") || new Set(names).size < names.length)
    throw new UsageError(
      `--on ${on}: a board's name is missing, or there twice`,
      "Write them as --on pico,mps2-an386.",
    );
  for (const name of names) loadBoard(name);
  return names;
}

/** Runs an application over recordings on a board. */
async function runOn(
  board: Board,
  file: ModuleFile,
  app: AppSection,
  recordings: readonly Recording[],
  options: BoardOptions,
  output: Output,
): Promise<{ cost: BoardCost; events: (AppEvent & { file: string })[] }> {
  const { simulateOnBoard } = await import("../app/simulate.js");
  const runner = await openRunnerOrBoard({ ...options, on: board.id }, file, output);
  try {
    if (!isBoardRunner(runner)) throw new RangeError(`${board.id} is no board`);
    let [runs, counted, most] = [0, 0, 0];
    const events: (AppEvent & { file: string })[] = [];
    for (const { path, samples } of recordings) {
      output.progress(`running ${file.manifest.name} on ${board.id}`, path);
      const found = await simulateOnBoard(runner, app, samples);
      runs += found.runs;
      counted += found.counts?.total ?? 0;
      most = Math.max(most, found.counts?.most ?? 0);
      events.push(...found.events.map((event) => ({ ...event, file: path })));
    }
    const ramBytes = file.manifest.memoryBytes + runner.runtimeBytes;
    const { unit } = runner;
    return { cost: costOf(board, app, { unit, mean: counted / runs, most, ramBytes }), events };
  } finally {
    await runner.close();
  }
}

function costOf(
  board: Board,
  { hop, source }: AppSection,
  told: Pick<Required<BoardCost>, "unit" | "mean" | "most"> & Partial<BoardCost>,
): BoardCost {
  const share = (told.mean * source.rate) / (hop * board.clockHz);
  return { board: board.id, availableBytes: board.ramBytes, ...told, share, realTime: 1 / share };
}

/** What is known of a board that was not run: its RAM by prediction, its time by a board with the same processor that was. */
async function estimate(
  board: Board,
  file: ModuleFile,
  app: AppSection,
  measured: readonly (readonly [board: Board, cost: BoardCost])[],
): Promise<BoardCost> {
  const { predictFit } = await import("../needs/index.js");
  const verdict: Fit = await predictFit(file.wasm, file, board);
  const ram = verdict.figures.find(({ what }) => what === "RAM");
  const cost: BoardCost = {
    board: board.id,
    availableBytes: board.ramBytes,
    ...(ram === undefined ? {} : { ramBytes: ram.neededBytes }),
    ...(verdict.fits ? {} : { refused: "does not fit" }),
  };
  const [like, of] = measured.find(([other]) => other.core === board.core) ?? [];
  if (like === undefined || of?.mean === undefined || of.unit === undefined || of.most === undefined)
    return cost;
  const { unit, mean, most } = of;
  return { ...costOf(board, app, { unit, mean, most }), ...cost, estimatedFrom: like.id };
}

/**
 * Runs an application over recordings on each board that has an emulator here; others are estimated.
 *
 * @returns what it took of each, and the events that the first one found
 * @throws `board-emulator-none` where none has an emulator; what the runner throws, where the boards are named: of all boards, those
 *   that cannot run it say why, as long as one can
 */
export async function runOnBoards(
  names: readonly string[],
  file: ModuleFile,
  app: AppSection,
  recordings: readonly Recording[],
  options: BoardOptions,
  output: Output,
): Promise<{ costs: BoardCost[]; events: (AppEvent & { file: string })[] }> {
  const boards = names.map((name) => loadBoard(name));
  const isLenient = options.on === everyBoard;
  const measured: [Board, BoardCost][] = [];
  const refused = new Map<string, string>();
  const emulated = boards.filter(({ emulator }) => emulator !== undefined);
  if (emulated.length === 0) throw new WasmoteError("board-emulator-none", names.join(", "));
  let refusal: WasmoteError | undefined;
  let first: { events: (AppEvent & { file: string })[]; text: string } | undefined;
  for (const board of emulated) {
    try {
      const { cost, events } = await runOn(board, file, app, recordings, options, output);
      const text = JSON.stringify(events);
      first ??= { events, text };
      measured.push([board, { ...cost, sameEvents: text === first.text }]);
    } catch (error) {
      if (!isLenient || !(error instanceof WasmoteError)) throw error;
      refusal ??= error;
      refused.set(board.id, error.code);
    }
  }
  if (first === undefined && refusal !== undefined) throw refusal;
  const costs: BoardCost[] = [];
  for (const board of boards) {
    const own = measured.find(([{ id }]) => id === board.id)?.[1];
    const why = refused.get(board.id);
    costs.push(
      own ?? { ...(await estimate(board, file, app, measured)), ...(why !== undefined && { refused: why }) },
    );
  }
  return { costs, events: first?.events ?? [] };
}

/** A row for each board. */
export function boardTable(costs: readonly BoardCost[], output: Pick<Output, "width" | "styles">): string[] {
  const about = ({ estimatedFrom }: BoardCost) => (estimatedFrom === undefined ? "" : "~");
  const counted = (cost: BoardCost, value: number | undefined) =>
    value === undefined ? "-" : `${about(cost)}${thousands(Math.round(value))}`;
  const noteOf = ({ refused, estimatedFrom, sameEvents, unit }: BoardCost): string => {
    if (refused !== undefined) return refused;
    if (estimatedFrom !== undefined) return `by ${estimatedFrom}`;
    return unit === undefined ? "not run" : sameEvents ? "" : "other events";
  };
  return table(
    [
      { heading: "board", align: "left" },
      { heading: "a run", align: "right" },
      { heading: "at most", align: "right" },
      { heading: "", align: "left" },
      { heading: "of its time", align: "right" },
      { heading: "real time", align: "right" },
      { heading: "RAM", align: "right" },
      { heading: "of", align: "right" },
      { heading: "", align: "left" },
    ],
    costs.map((cost) => [
      cost.board,
      counted(cost, cost.mean),
      counted(cost, cost.most),
      cost.unit ?? "",
      cost.share === undefined ? "-" : `${about(cost)}${percent(cost.share, 1)}`,
      cost.realTime === undefined ? "-" : `${about(cost)}${cost.realTime.toFixed(1)} x`,
      cost.ramBytes === undefined ? "-" : thousands(cost.ramBytes),
      thousands(cost.availableBytes),
      noteOf(cost),
    ]),
    { width: output.width, heading: output.styles.bold },
  );
}
