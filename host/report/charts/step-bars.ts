import { type Markup, markup } from "../markup.js";
import { at, chart, gridLines, plotLeft, StepAxis, ticks } from "./axes.js";

/** A bar for each step. */
export interface StepBars {
  /** What is shown, with its unit. */
  heading: string;
  /** What a reader is told who does not see it. */
  description: string;
  values: readonly (number | undefined)[];
  /** Steps whose value is beyond any number: their bars are as high as the chart, and hollow. */
  beyond?: ReadonlySet<number>;
  /** Steps that stand out. */
  marked?: ReadonlySet<number>;
  /** What a pointer over a step shows. */
  tooltip(step: number): string;
}

const top = 26;
const plotHeight = 84;
const widestBar = 30;

/** A picture of one value for each step, from left to right. */
export function stepBars({ heading, description, values, beyond, marked, tooltip }: StepBars): Markup {
  const axis = new StepAxis(values.length);
  const known = values.filter((value) => value !== undefined);
  const marks = ticks(Math.min(0, ...known), Math.max(1e-9, ...known), 3);
  const [least, most] = [marks[0] as number, marks.at(-1) as number];
  const y = (value: number): number => top + plotHeight * (1 - (value - least) / (most - least));
  const width = Math.max(0.8, Math.min(widestBar, axis.column * 0.74));
  const bar = (value: number, step: number, kind: string): Markup => {
    const [upper, lower] = [y(Math.max(0, value)), y(Math.min(0, value))];
    const height = Math.max(value === 0 ? 0 : 0.8, lower - upper);
    return markup`<rect class="${kind}" x="${at(axis.middle(step) - width / 2)}" y="${at(lower - height)}" width="${at(width)}" height="${at(height)}"><title>${tooltip(step)}</title></rect>`;
  };
  const bars = values.map((value, step) => {
    if (beyond?.has(step)) return bar(most, step, "bar beyond");
    return value === undefined ? undefined : bar(value, step, marked?.has(step) ? "bar marked" : "bar");
  });
  return chart({ name: heading, description, height: top + plotHeight + 26 }, [
    markup`<text class="heading" x="${plotLeft}" y="14">${heading}</text>`,
    gridLines(marks, y),
    markup`${bars}`,
    axis.labels(top + plotHeight + 18),
  ]);
}
