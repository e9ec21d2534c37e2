import type { AppEvent } from "../app/simulate.js";
import { type Board, boardNames, type Fit, loadBoard, loadBoards } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import type { AppSection } from "../package/app.js";
import type { BoardRunner } from "../run/board.js";
import { runners } from "../run/index.js";
import { table } from "../table.js";
import { type BoardOptions, isBoardRunner, openRunnerOrBoard, runnerBoard } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { percent, thousands } from "./figures.js";
import type { ModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

/** What an application took of a board, or of an engine here, or why it did not run there. */
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
  readonly availableBytes?: number;
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

/** The boards and engines that `--on` lists: several names, or all boards that there are. Undefined where it names one, or none. */
export function boardList(on: string | undefined): string[] | undefined {
  if (on === everyBoard) return loadBoards().map(({ id }) => id);
  if (on === undefined || !on.includes(",")) return undefined;
  const names = on.split(",").map((name) => name.trim());
  if (names.includes("") || new Set(names).size < names.length)
    throw new UsageError(
      `--on ${on}: a board's name is missing, or there twice`,
      "Write them as --on pico,mps2-an386.",
    );
  for (const name of names) boardOf(name);
  return names;
}

/** The board of that name; undefined of an engine in this process. Throws `board-unknown`. */
function boardOf(name: string): Board | undefined {
  return Object.hasOwn(runners, name) ? undefined : runnerBoard(name);
}

/** What was counted on a board of all runs. */
export interface BoardCounts {
  readonly runs: number;
  readonly counted: number;
  readonly most: number;
}

/** What an application took of a board that ran it; without its clock where the board is none that is known here. */
export function countedCost(
  runner: BoardRunner,
  { manifest }: ModuleFile,
  app: AppSection,
  { runs, counted, most }: BoardCounts,
): BoardCost {
  const ramBytes = manifest.memoryBytes + runner.runtimeBytes;
  const told = { unit: runner.unit, mean: counted / runs, most, ramBytes };
  return boardNames().includes(runner.name)
    ? costOf(loadBoard(runner.name), app, told)
    : { board: runner.name, ...told };
}

/** Runs an application over recordings on a board, or on an engine here. */
async function runOn(
  name: string,
  file: ModuleFile,
  app: AppSection,
  recordings: readonly Recording[],
  options: BoardOptions,
  output: Output,
): Promise<{ cost: BoardCost; events: (AppEvent & { file: string })[] }> {
  const { simulate, simulateOnBoard } = await import("../app/simulate.js");
  const runner = await openRunnerOrBoard({ ...options, on: name }, file, output);
  try {
    let [runs, counted, most] = [0, 0, 0];
    const events: (AppEvent & { file: string })[] = [];
    const start = performance.now();
    for (const { path, samples } of recordings) {
      output.progress(`running ${file.manifest.name} on ${name}`, path);
      const found = isBoardRunner(runner)
        ? await simulateOnBoard(runner, app, samples)
        : await simulate(runner, app, samples);
      runs += found.runs;
      counted += found.counts?.total ?? 0;
      most = Math.max(most, found.counts?.most ?? 0);
      events.push(...found.events.map((event) => ({ ...event, file: path })));
    }
    if (isBoardRunner(runner))
      return { cost: countedCost(runner, file, app, { runs, counted, most }), events };
    const seconds = (runs * app.hop) / app.source.rate;
    const realTime = (seconds * 1000) / (performance.now() - start);
    return { cost: { board: name, realTime, ramBytes: file.manifest.memoryBytes }, events };
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
 * Runs an application over recordings on each engine, and on each board that has an emulator here; other boards are estimated.
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
  const places = names.map((name) => [name, boardOf(name)] as const);
  const isLenient = options.on === everyBoard;
  const measured = new Map<string, BoardCost>();
  const refused = new Map<string, string>();
  const running = places.filter(([, board]) => board === undefined || board.emulator !== undefined);
  if (running.length === 0) throw new WasmoteError("board-emulator-none", names.join(", "));
  let refusal: WasmoteError | undefined;
  let first: { events: (AppEvent & { file: string })[]; text: string } | undefined;
  for (const [name] of running) {
    try {
      const { cost, events } = await runOn(name, file, app, recordings, options, output);
      const text = JSON.stringify(events);
      first ??= { events, text };
      measured.set(name, { ...cost, sameEvents: text === first.text });
    } catch (error) {
      if (!isLenient || !(error instanceof WasmoteError)) throw error;
      refusal ??= error;
      refused.set(name, error.code);
    }
  }
  if (first === undefined && refusal !== undefined) throw refusal;
  const costs: BoardCost[] = [];
  const like = places.flatMap(([name, board]) => {
    const cost = measured.get(name);
    return board === undefined || cost === undefined ? [] : [[board, cost] as const];
  });
  for (const [name, board] of places) {
    const [own, why] = [measured.get(name), refused.get(name)];
    if (own !== undefined) costs.push(own);
    else if (board !== undefined)
      costs.push({ ...(await estimate(board, file, app, like)), ...(why !== undefined && { refused: why }) });
  }
  return { costs, events: first?.events ?? [] };
}

/** A row for each board and engine. */
export function boardTable(costs: readonly BoardCost[], output: Pick<Output, "width" | "styles">): string[] {
  const about = ({ estimatedFrom }: BoardCost) => (estimatedFrom === undefined ? "" : "~");
  const counted = (cost: BoardCost, value: number | undefined) =>
    value === undefined ? "-" : `${about(cost)}${thousands(Math.round(value))}`;
  const noteOf = ({ refused, estimatedFrom, sameEvents }: BoardCost): string => {
    if (refused !== undefined) return refused;
    if (estimatedFrom !== undefined) return `by ${estimatedFrom}`;
    return sameEvents === undefined ? "not run" : sameEvents ? "" : "other events";
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
      cost.availableBytes === undefined ? "-" : thousands(cost.availableBytes),
      noteOf(cost),
    ]),
    { width: output.width, heading: output.styles.bold },
  );
}
