import { at, short, ticks } from "../report/charts/axes.js";
import { type Markup, markup } from "../report/markup.js";
import { pictureStyle } from "./picture-style.js";
import type { LevelOutcome } from "./tune.js";

/** What is drawn of an event. */
export interface EventCurve {
  readonly event: string;
  readonly curve: readonly LevelOutcome[];
  readonly chosen: LevelOutcome | undefined;
}

/** Units of the picture: its width, the room on both sides, the height of a plot, and between plots. */
const [width, side, plotHeight, gap] = [1000, 60, 180, 70];
const plotWidth = width - 2 * side;

function plotOf({ event, curve, chosen }: EventCurve, top: number): Markup {
  const levels = curve.map(({ over }) => over);
  const scale = ticks(Math.min(0, ...levels), Math.max(1e-6, ...levels), 10);
  const [least, end] = [scale[0] as number, scale.at(-1) as number];
  const alarms = ticks(0, Math.max(1e-6, ...curve.map(({ falseAlarmsPerHour }) => falseAlarmsPerHour)), 4);
  const most = alarms.at(-1) as number;
  const x = (level: number) => at(side + ((level - least) / (end - least)) * plotWidth);
  const y = (part: number) => at(top + plotHeight * (1 - part));
  const line = (part: (outcome: LevelOutcome) => number) =>
    curve.map((outcome) => `${x(outcome.over)},${y(part(outcome))}`).join(" ");
  return markup`<g><text class="heading" x="${side}" y="${top - 10}">${event}: found of those labelled (left), false alarms an hour (right), by level</text>${[
    0, 0.25, 0.5, 0.75, 1,
  ].map(
    (part) =>
      markup`<line class="axis" x1="${side}" x2="${width - side}" y1="${y(part)}" y2="${y(part)}"/><text x="${side - 6}" y="${at(top + plotHeight * (1 - part) + 4)}" text-anchor="end">${part * 100} %</text>`,
  )}${alarms.map(
    (count) =>
      markup`<text x="${width - side + 6}" y="${at(top + plotHeight * (1 - count / most) + 4)}">${short(count)}</text>`,
  )}${scale.map(
    (level) =>
      markup`<text x="${x(level)}" y="${top + plotHeight + 18}" text-anchor="middle">${short(level)}</text>`,
  )}<polyline class="level" points="${line(({ found, labelled }) => (labelled === 0 ? 0 : found / labelled))}"/><polyline class="alarm" points="${line(({ falseAlarmsPerHour }) => falseAlarmsPerHour / most)}"/>${
    chosen &&
    markup`<line class="event" x1="${x(chosen.over)}" x2="${x(chosen.over)}" y1="${top}" y2="${top + plotHeight}"/>`
  }</g>`;
}

/** Curves of levels as a picture (SVG), with the levels that were chosen. It refers to nothing outside of it. */
export function curveSvg(name: string, curves: readonly EventCurve[]): string {
  const height = 50 + curves.length * (plotHeight + gap);
  const plots = curves.map((curve, i) => plotOf(curve, 70 + i * (plotHeight + gap)));
  const picture = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"><title>${name}: levels of events</title><style>${pictureStyle}</style><rect class="ground" width="${width}" height="${height}"/><text class="heading" x="${side}" y="24">${name}</text>${plots}</svg>`;
  return `${picture.text}\n`;
}
