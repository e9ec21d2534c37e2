import { bytesText } from "../../figures.js";
import { shortened } from "../../visible.js";
import { real } from "../figures.js";
import { type Markup, markup } from "../markup.js";
import type { Candidate, Frontier } from "../types.js";
import { at, chart, gridLines, short, ticks } from "./axes.js";

const width = 490;
const height = 300;
const plot = { left: 62, right: 472, top: 30, bottom: 252 };

/** Bytes that an axis of a frontier counts. */
export type FrontierBytes = "ramBytes" | "flashBytes";

const headings = { ramBytes: "RAM, bytes", flashBytes: "flash, bytes" };

function tooltip({ label, ramBytes, flashBytes, error }: Candidate, errorName: string): string {
  return `${shortened(label, 200)}\nRAM ${bytesText(ramBytes)}, flash ${bytesText(flashBytes)}\n${errorName} ${real(error)}`;
}

/**
 * Candidates by their bytes and their errors. Those that meet the budget are filled, the one that was built is large and has
 * a ring; the budget is a line.
 */
export function frontierChart({ error, budget, candidates }: Frontier, bytes: FrontierBytes): Markup {
  const limit = budget[bytes];
  const across = ticks(0, Math.max(1, limit ?? 0, ...candidates.map((candidate) => candidate[bytes])), 4);
  const up = ticks(0, Math.max(1e-9, ...candidates.map((candidate) => candidate.error)), 4);
  const x = (value: number): number =>
    plot.left + ((plot.right - plot.left) * value) / (across.at(-1) as number);
  const y = (value: number): number =>
    plot.bottom - ((plot.bottom - plot.top) * value) / (up.at(-1) as number);
  const point = (candidate: Candidate): Markup => {
    const [cx, cy] = [at(x(candidate[bytes])), at(y(candidate.error))];
    const ring = candidate.chosen && markup`<circle class="ring" cx="${cx}" cy="${cy}" r="10"/>`;
    return markup`<g class="point${candidate.fits ? "" : " beside"}"><title>${tooltip(candidate, error)}</title>${ring}<circle cx="${cx}" cy="${cy}" r="5"/></g>`;
  };
  const description = `${candidates.length} candidates by ${headings[bytes]} and ${error}. They are in the table below.`;
  const shown = [...candidates].sort((a, b) => Number(a.chosen) - Number(b.chosen));
  return chart({ name: `Frontier: ${headings[bytes]}`, description, width, height }, [
    gridLines(up, y, plot),
    markup`<g class="x">${across.map(
      (value) =>
        markup`<line class="grid" x1="${at(x(value))}" x2="${at(x(value))}" y1="${plot.top}" y2="${plot.bottom}"/><text x="${at(x(value))}" y="${plot.bottom + 18}">${short(value)}</text>`,
    )}</g>`,
    markup`<text class="heading" x="${(plot.left + plot.right) / 2}" y="${height - 8}" text-anchor="middle">${headings[bytes]}</text>`,
    markup`<text class="note" x="4" y="14">${shortened(error, 60)}</text>`,
    limit === undefined
      ? markup``
      : markup`<line class="limit" x1="${at(x(limit))}" x2="${at(x(limit))}" y1="${plot.top - 4}" y2="${plot.bottom}"/><text class="note" x="${at(x(limit))}" y="${plot.top - 8}" text-anchor="${x(limit) > width * 0.7 ? "end" : "middle"}">budget ${short(limit)}</text>`,
    markup`${shown.map(point)}`,
  ]);
}
