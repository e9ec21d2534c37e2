import type { Board } from "../boards/index.js";
import type { Bounds, FittedModel, Form } from "../budget/index.js";
import type { Graph } from "../graph/graph.js";
import type { BuildOptions, BuiltModel } from "../pipeline.js";
import type { Frontier } from "../report/types.js";
import { table } from "../table.js";
import { UsageError } from "./errors.js";
import { thousands } from "./figures.js";
import type { Output } from "./output.js";

/** What bounds a build, and whether it is only looked for where a plain build is not within them. */
export interface BuildBounds {
  bounds: Bounds;
  onlyIfNeeded: boolean;
  /** Time that an int8 MAC takes on the board, in milliseconds, about; undefined where there is none. */
  millisPerMac?: number | undefined;
}

/**
 * Cycles of a multiply-accumulate, about and rather too many: the most that was seen among the models of docs/benchmarks.md and
 * digits, whose small layers take more than large ones; in the accelerated tier where the core has one.
 */
const cyclesPerMac: Readonly<Record<Board["core"], number>> = {
  "cortex-m0plus": 17,
  "cortex-m3": 5,
  "cortex-m4": 4,
  "cortex-m7": 3,
  "cortex-m33": 4,
  "cortex-m55": 4,
  rv32imc: 35,
  rv32imac: 35,
};

/** RAM in all that a built model takes of a board, or the most of some. */
async function ramOf(built: BuiltModel, boards: readonly Board[]): Promise<number> {
  const [{ predictNeeds }, { openModule }] = await Promise.all([
    import("../needs/index.js"),
    import("../package/open.js"),
  ]);
  const opened = openModule(built.wasm);
  let most = 0;
  for (const board of boards) {
    const { ram } = await predictNeeds(built.wasm, opened, board);
    most = Math.max(most, ram.totalBytes);
  }
  return most;
}

/**
 * What --board and --budget bound a build by; undefined where nothing does. Throws `budget-invalid`, `board-unknown`, and
 * `UsageError` for a time on no board.
 */
export async function boundsOf({
  board: name,
  budget: text,
}: {
  board?: string;
  budget?: string;
}): Promise<BuildBounds | undefined> {
  if (name === undefined && text === undefined) return undefined;
  const [{ loadBoard, loadBoards }, { parseBudget }] = await Promise.all([
    import("../boards/index.js"),
    import("../budget/budget.js"),
  ]);
  const budget = text === undefined ? {} : parseBudget(text);
  const board = name === undefined ? undefined : loadBoard(name);
  if (budget.latency !== undefined && board === undefined) {
    throw new UsageError("latency is that of a board", "Add --board, or leave latency out of --budget.");
  }
  const boards = board === undefined ? loadBoards() : [board];
  const millisPerMac = board && (1000 * cyclesPerMac[board.core]) / board.clockHz;
  const bounds: Bounds = {
    ramBytes: least(budget.ram, board?.ramBytes),
    flashBytes: least(budget.flash, board?.slots.bytes),
    ...(budget.latency !== undefined &&
      millisPerMac !== undefined && { work: budget.latency / millisPerMac }),
    ramOf: (built) => ramOf(built, boards),
  };
  return { bounds, onlyIfNeeded: text === undefined, millisPerMac };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** What the search told of the forms that it looked at. */
export interface SearchedForms {
  frontier: Frontier;
}

const byError = (a: Form, b: Form): number => a.error - b.error || a.ramBytes - b.ramBytes;

/** Forms as the report has them, those of the least error first. */
function frontierOf({ forms, chosen }: FittedModel, { bounds, millisPerMac }: BuildBounds): Frontier {
  const latency = (macs: number | undefined): { latencyMillis?: number } =>
    macs === undefined || millisPerMac === undefined ? {} : { latencyMillis: macs * millisPerMac };
  const limits = {
    ...(bounds.ramBytes !== undefined && { ramBytes: bounds.ramBytes }),
    ...(bounds.flashBytes !== undefined && { flashBytes: bounds.flashBytes }),
  };
  return {
    error: "noise before a final softmax with weights not yet fitted, % of the signal",
    budget: { ...limits, ...latency(bounds.work) },
    candidates: [...forms].sort(byError).map((form) => {
      const { label, ramBytes, flashBytes, macs, error, fits } = form;
      return {
        ...{ label, ramBytes, flashBytes, macs },
        ...latency(form.work),
        error: 100 * Math.sqrt(error),
        chosen: label === chosen.label && form.arenaLimit === chosen.arenaLimit,
        fits,
      };
    }),
  };
}

/** Builds a model, within bounds where there are any. Throws as `buildModel` and `buildWithin` do. */
export async function buildAsBounded(
  graph: Graph,
  options: BuildOptions,
  within: BuildBounds | undefined,
): Promise<{ built: BuiltModel; forms?: SearchedForms }> {
  const { buildModel } = await import("../pipeline.js");
  if (within === undefined) return { built: await buildModel(graph, options) };
  const { bounds, onlyIfNeeded } = within;
  if (onlyIfNeeded) {
    const plain = await buildModel(graph, options);
    const fits =
      plain.wasm.length <= (bounds.flashBytes ?? Number.POSITIVE_INFINITY) &&
      (await bounds.ramOf(plain)) <= (bounds.ramBytes ?? Number.POSITIVE_INFINITY);
    // What cannot be made smaller is told by the board's own verdict.
    if (fits) return { built: plain };
  }
  const { buildWithin } = await import("../budget/index.js");
  const fitted = await buildWithin(graph, bounds, options);
  return { built: fitted.built, forms: { frontier: frontierOf(fitted, within) } };
}

/** Lines of the frontier that are printed at most. */
const shownForms = 24;

/** The forms that were looked at, for the terminal; the chosen one is marked. */
export function frontierLines({ candidates, error }: Frontier, { width }: Output): string[] {
  const hasLatency = candidates.some(({ latencyMillis }) => latencyMillis !== undefined);
  const columns = [
    { heading: "", align: "left" },
    { heading: "form", align: "left" },
    { heading: "RAM", align: "right" },
    { heading: "flash", align: "right" },
    { heading: "MACs", align: "right" },
    ...(hasLatency ? [{ heading: "ms, about", align: "right" } as const] : []),
    { heading: "noise, %", align: "right" },
  ] as const;
  const fitting = candidates.filter(({ fits }) => fits);
  const tooLarge = candidates.filter(({ fits }) => !fits).slice(0, Math.max(4, shownForms - fitting.length));
  const few = [...fitting.slice(0, shownForms - tooLarge.length), ...tooLarge];
  const shown = candidates.filter((candidate) => candidate.chosen || few.includes(candidate));
  const rows = shown.map(
    ({ label, ramBytes, flashBytes, macs, latencyMillis, error: noise, chosen, fits }) => [
      chosen ? "*" : fits ? "" : "too large",
      label,
      thousands(ramBytes),
      thousands(flashBytes),
      thousands(macs ?? 0),
      ...(hasLatency ? [(latencyMillis ?? 0).toPrecision(3)] : []),
      noise.toPrecision(3),
    ],
  );
  const more = candidates.length - shown.length;
  return [
    "",
    `forms that were looked at; * is built, the others are estimates (${error})`,
    ...table(columns, rows, { width }),
    ...(more > 0 ? [`and ${thousands(more)} more, in --json`] : []),
  ];
}
