import { type Markup, markup } from "../markup.js";

/** Units of the viewBox that charts of steps are wide, and those left of and right of what is plotted. */
export const chartWidth = 1000;
export const plotLeft = 76;
const plotRight = 10;
export const plotWidth = chartWidth - plotLeft - plotRight;

/** A coordinate with one decimal: pages stay small. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Round numbers from 0 or below to at least `most`, about so many. */
export function ticks(least: number, most: number, count: number): number[] {
  const span = Math.max(most - least, Number.MIN_VALUE);
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** "0", "512", "12 k", "3.5 M": a number beside an axis. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))} k`;
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

/** Steps from left to right. */
export class StepAxis {
  readonly steps: number;
  readonly column: number;

  constructor(steps: number) {
    this.steps = Math.max(1, steps);
    this.column = plotWidth / this.steps;
  }

  /** Left edge of a step's column. */
  left(step: number): number {
    return plotLeft + step * this.column;
  }

  middle(step: number): number {
    return this.left(step + 0.5);
  }

  /** Numbers of steps below a chart, as many as there is room for. */
  labels(y: number): Markup {
    const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((count) => count * this.column >= 26) ?? 1000;
    const shown = Array.from({ length: Math.ceil(this.steps / every) }, (_, i) => i * every);
    return markup`<text class="note" x="${plotLeft - 8}" y="${at(y)}" text-anchor="end">step</text><g class="x">${shown.map(
      (step) => markup`<text x="${at(this.middle(step))}" y="${at(y)}">${step}</text>`,
    )}</g>`;
  }
}

/** Lines across a chart at the ticks of its vertical axis, with their numbers. */
export function gridLines(
  values: readonly number[],
  y: (value: number) => number,
  { left, right } = { left: plotLeft, right: plotLeft + plotWidth },
): Markup {
  const line = (value: number): Markup => {
    const [kind, height] = [value === 0 ? "base" : "grid", at(y(value))];
    return markup`<line class="${kind}" x1="${left}" x2="${right}" y1="${height}" y2="${height}"/><text x="${left - 8}" y="${at(y(value) + 4)}">${short(value)}</text>`;
  };
  return markup`<g class="y">${values.map(line)}</g>`;
}

/** A chart as a picture with a name and a description, for those who do not see it. */
export function chart(
  {
    name,
    description,
    width = chartWidth,
    height,
  }: { name: string; description: string; width?: number; height: number },
  content: Markup | readonly Markup[],
): Markup {
  return markup`<svg role="img" aria-label="${`${name}. ${description}`}" viewBox="0 0 ${at(width)} ${at(height)}">${content}</svg>`;
}
