import { type Markup, markup } from "../markup.js";
import type { Histogram } from "../types.js";
import { at, chart } from "./axes.js";

const width = 255;
const height = 70;

/** A picture of how values lie around 0, which the line in the middle is. */
export function histogramChart({ counts }: Histogram, name: string): Markup {
  const most = Math.max(1, ...counts);
  const column = width / counts.length;
  const outline = counts
    .map(
      (count, i) =>
        `${i === 0 ? "M" : "L"}${at(i * column)} ${at(height - (height - 4) * (count / most))}h${at(column)}`,
    )
    .join("");
  return chart(
    { name: `Weights of ${name}`, description: "Their counts are below.", width, height: height + 1 },
    [
      markup`<path class="area" d="${outline}V${height}H0Z"/>`,
      markup`<line class="base" x1="0" x2="${width}" y1="${height}" y2="${height}"/><line class="zero" x1="${at(width / 2)}" x2="${at(width / 2)}" y1="0" y2="${height}"/>`,
    ],
  );
}
