import type { Tier } from "../../host/run/types.js";
import { type Kind, kinds, nameOf, type Shape, shapes, workOf } from "./shape-list.js";

/** Tiers in the order of the page's columns. */
export const tiers = ["portable", "accelerated"] as const satisfies readonly Tier[];

/** What a whole inference of a shape's model takes, by tier, in the board's unit; none where there is no accelerator. */
export type Figures = Partial<Record<(typeof tiers)[number], number>>;

/** Figures by board and by shape. */
export type ShapeResults = Record<string, Record<string, Figures>>;

/** How many times the median of its kind a shape may cost before it is marked. */
const cliff = 4;

/** Shapes of less work are not marked: a call's own cost is most of theirs. */
const leastWork = 4000;

const byName: ReadonlyMap<string, Shape> = new Map(shapes.map((shape) => [nameOf(shape), shape]));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function perWork(name: string, counted: number): number {
  return counted / workOf(byName.get(name) as Shape);
}

function figure(value: number): string {
  return Number.isNaN(value) ? "" : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Median cost of a kind's shapes that are large enough. */
function medianOf(results: ShapeResults, board: string, tier: (typeof tiers)[number], kind: Kind): number {
  return median(
    Object.entries(results[board] ?? {}).flatMap(([name, figures]) => {
      const shape = byName.get(name);
      const counted = figures[tier];
      if (shape?.kind !== kind || counted === undefined || workOf(shape) < leastWork) return [];
      return [perWork(name, counted)];
    }),
  );
}

/** A table of a kind: a line for each shape, a column for each board and tier; cliffs are bold. */
function kindTable(results: ShapeResults, kind: Kind): string {
  const columns = Object.keys(results).flatMap((board) => tiers.map((tier) => ({ board, tier })));
  const cells = (name: string, shape: Shape): string[] =>
    columns.map(({ board, tier }) => {
      const counted = results[board]?.[name]?.[tier];
      if (counted === undefined) return "";
      const value = perWork(name, counted);
      const isCliff = workOf(shape) >= leastWork && value > cliff * medianOf(results, board, tier, kind);
      return isCliff ? `**${figure(value)}**` : figure(value);
    });
  const line = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
  const medians = columns.map(({ board, tier }) => figure(medianOf(results, board, tier, kind)));
  return [
    line(["shape", "work", ...columns.map(({ board, tier }) => `${board}, ${tier}`)]),
    line(["---", "---:", ...columns.map(() => "---:")]),
    line(["*median*", "", ...medians]),
    ...shapes
      .filter((shape) => shape.kind === kind)
      .map((shape) => line([nameOf(shape), `${workOf(shape)}`, ...cells(nameOf(shape), shape)])),
  ].join("\n");
}

/** The page of all results, or of a single one a line of text. */
export function renderShapes(results: ShapeResults, as: "page" | "line"): string {
  if (as === "line") {
    return Object.entries(results)
      .flatMap(([board, named]) =>
        Object.entries(named).map(([name, figures]) => {
          const texts = tiers.map((tier) => {
            const counted = figures[tier];
            return `${tier} ${counted === undefined ? "-" : `${figure(perWork(name, counted))} (${counted})`}`;
          });
          return `${board}: ${name}: ${texts.join(", ")}`;
        }),
      )
      .join("\n");
  }
  return `# What shapes cost

Models of one layer with random weights, on emulated boards: what the second inference takes, divided by the layer's
multiply-accumulates (pools, mean and add: by the elements that their windows read), so that a shape that costs far more than others is seen.
Instructions of \`mps2-an386\` (Cortex-M4) and \`mps2-an385\` (Cortex-M3), cycles of \`pico\` (Cortex-M0+). The whole of
\`run\` is counted: of small layers the call and its checks are most. **Bold** is more than ${cliff} times the median of the kind
on that board and tier, of at least ${leastWork} units of work; an empty cell was not measured yet, or has no accelerator.

Written by \`npm run bench:shapes\` from [shapes.json](benchmarks/shapes.json); shapes are listed in
[shape-list.ts](../test/bench/shape-list.ts).

${kinds.map((kind) => `## ${kind.charAt(0).toUpperCase()}${kind.slice(1)}\n\n${kindTable(results, kind)}\n`).join("\n")}`;
}
