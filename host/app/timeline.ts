import { at, short, ticks } from "../report/charts/axes.js";
import { type Markup, markup } from "../report/markup.js";
import { pictureStyle } from "./picture-style.js";
import type { RunResult } from "./simulate.js";

/** Units of the picture: its width, the room on the left and the right, the height of a plot, and between plots. */
const [width, left, right, plotHeight, gap] = [1000, 60, 14, 110, 46];
const plotWidth = width - left - right;
/** Points that are drawn of a line at most: of more, the highest and the lowest of each stretch. */
const mostPoints = 1600;

/** What is drawn of an event. */
interface Track {
  readonly name: string;
  /** From where to where it is active, in runs. */
  readonly spans: readonly (readonly [first: number, last: number])[];
  readonly begins: readonly number[];
}

function tracksOf(results: readonly RunResult[], names: readonly string[]): Track[] {
  return names.map((name, event) => {
    const spans: [number, number][] = [];
    for (const [run, { active }] of results.entries()) {
      if (active[event] === 0) continue;
      const last = spans.at(-1);
      if (last?.[1] === run - 1) last[1] = run;
      else spans.push([run, run]);
    }
    const begins = results.flatMap((result, run) => (result.begins.includes(event) ? [run] : []));
    return { name, spans, begins };
  });
}

/** Points of a line, run by run; of many, the extremes of each stretch. */
function pointsOf(levels: readonly number[]): (readonly [run: number, level: number])[] {
  if (levels.length <= mostPoints) return levels.map((level, run) => [run, level]);
  const stretch = Math.ceil((2 * levels.length) / mostPoints);
  return Array.from({ length: Math.ceil(levels.length / stretch) }, (_, i) => {
    const runs = levels
      .slice(i * stretch, (i + 1) * stretch)
      .map((level, j) => [i * stretch + j, level] as const);
    const sorted = runs.toSorted((a, b) => a[1] - b[1]);
    const ends = [sorted[0], sorted.at(-1)] as [readonly [number, number], readonly [number, number]];
    return ends.toSorted((a, b) => a[0] - b[0]);
  }).flat();
}

/**
 * What an application gave over time, as a picture (SVG): for each event its score, where it was active, and where it began. It refers
 * to nothing outside of it.
 *
 * @param results of all runs, in order
 */
export function timelineSvg(name: string, events: readonly string[], results: readonly RunResult[]): string {
  const end = results.at(-1)?.time ?? 1;
  const x = (run: number) => left + ((run + 1) / results.length) * plotWidth;
  const height = 40 + events.length * (plotHeight + gap);
  const plots = tracksOf(results, events).map((track, i): Markup => {
    const levels = results.map((result) => result.levels[i] as number);
    const [low, high] = levels.reduce(([a, b], level) => [Math.min(a, level), Math.max(b, level)], [0, 1e-6]);
    const rows = ticks(low as number, high as number, 4);
    const [least, most] = [rows[0] as number, rows.at(-1) as number];
    const top = 60 + i * (plotHeight + gap);
    const y = (level: number) => top + plotHeight * (1 - (level - least) / (most - least));
    const line = pointsOf(levels).map(([run, level]) => `${at(x(run))},${at(y(level))}`);
    const text = track.begins.length === 1 ? "1 time" : `${track.begins.length} times`;
    return markup`<g><text class="heading" x="${left}" y="${at(top - 8)}">${track.name}: ${text}</text>${track.spans.map(
      ([first, last]) =>
        markup`<rect class="active" x="${at(x(first - 1))}" y="${top}" width="${at(x(last) - x(first - 1))}" height="${plotHeight}"/>`,
    )}${rows.map(
      (level) =>
        markup`<line class="axis" x1="${left}" x2="${width - right}" y1="${at(y(level))}" y2="${at(y(level))}"/><text x="${left - 6}" y="${at(y(level) + 4)}" text-anchor="end">${short(level)}</text>`,
    )}<polyline class="level" points="${line.join(" ")}"/>${track.begins.map(
      (run) =>
        markup`<line class="event" x1="${at(x(run))}" x2="${at(x(run))}" y1="${top}" y2="${top + plotHeight}"/>`,
    )}</g>`;
  });
  const seconds = ticks(0, end, 10).filter((second) => second <= end);
  const bottom = height - 12;
  const times = seconds.map(
    (second) =>
      markup`<text x="${at(left + (second / end) * plotWidth)}" y="${bottom}" text-anchor="middle">${short(second)} s</text>`,
  );
  const picture = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"><title>${name}: scores and events over ${short(end)} s</title><style>${pictureStyle}</style><rect class="ground" width="${width}" height="${height}"/><text class="heading" x="${left}" y="24">${name}</text>${plots}${times}</svg>`;
  return `${picture.text}\n`;
}
