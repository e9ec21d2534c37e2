import type { Histogram } from "./histogram.js";
import type { Range } from "./range.js";

/** How a range is chosen from the values that a tensor takes on samples. */
export const observers = ["min-max", "margin", "percentile", "mse", "entropy"] as const;
export type Observer = (typeof observers)[number];

/** How far `margin` goes beyond all values that were seen. */
const margin = 1.125;

/** Part of the values that `percentile` lets lie outside, half of it at each end. */
const outliers = 1e-4;

/** Steps of the search for a range, as parts of the whole one. */
const clips = Array.from({ length: 50 }, (_, i) => 1 - i / 50);

/** Mean squared error of values quantized within a range to `levels` steps, from their histogram. */
function squaredError(histogram: Histogram, { min, max }: Range, levels: number): number {
  const step = (max - min) / levels;
  let error = 0;
  histogram.forEach((value, count) => {
    const nearest = Math.round(Math.min(max, Math.max(min, value)) / step) * step;
    error += count * (value - Math.min(max, Math.max(min, nearest))) ** 2;
  });
  return error;
}

/** The best of ranges by a cost: each end is moved in by itself, in turn, until neither gains. */
function searchEnds(whole: Range, cost: (range: Range) => number): Range {
  let best = whole;
  let least = cost(whole);
  const consider = (range: Range): boolean => {
    const found = cost(range);
    if (found >= least) return false;
    [best, least] = [range, found];
    return true;
  };
  for (const clip of clips.slice(1)) consider({ min: whole.min * clip, max: whole.max * clip });
  for (let better = true; better; ) {
    const { min, max } = best;
    const lower =
      whole.min < 0 && clips.map((clip) => consider({ min: whole.min * clip, max })).some(Boolean);
    const at = best.min;
    const upper =
      whole.max > 0 && clips.map((clip) => consider({ min: at, max: whole.max * clip })).some(Boolean);
    better = (lower || upper) && (best.min !== min || best.max !== max);
  }
  return best;
}

function percentileRange(histogram: Histogram, whole: Range): Range {
  const outside = (histogram.count * outliers) / 2;
  let [low, high]: [number | undefined, number] = [undefined, 0];
  let seen = 0;
  histogram.forEach((value, count) => {
    if (low === undefined && seen + count > outside) low = value;
    if (seen < histogram.count - outside) high = value;
    seen += count;
  });
  return {
    min: Math.max(whole.min, Math.min(0, low ?? 0)),
    max: Math.min(whole.max, Math.max(0, high)),
  };
}

/** Parts into which the entropy observer divides the whole range before quantizing it. */
const entropyParts = 1024;

/**
 * Kullback-Leibler divergence between the values, those outside counted at the range's ends, and the values quantized, each
 * step spread evenly over the parts that it stands for.
 */
function divergence(parts: Float64Array, from: number, to: number, levels: number): number {
  const clipped = parts.slice(from, to);
  for (let i = 0; i < from; i++) clipped[0] = (clipped[0] as number) + (parts[i] as number);
  for (let i = to; i < parts.length; i++)
    clipped[clipped.length - 1] = (clipped.at(-1) as number) + (parts[i] as number);
  const inside = parts.subarray(from, to);
  const total = clipped.reduce((sum, count) => sum + count, 0);
  const kept = inside.reduce((sum, count) => sum + count, 0);
  if (kept === 0) return Number.POSITIVE_INFINITY;
  let result = 0;
  for (let level = 0; level < levels; level++) {
    const start = Math.floor((level * inside.length) / levels);
    const end = Math.max(start + 1, Math.floor(((level + 1) * inside.length) / levels));
    if (start === Math.floor(((level + 1) * inside.length) / levels)) continue;
    let [sum, filled] = [0, 0];
    for (let i = start; i < end; i++) {
      sum += inside[i] as number;
      if ((inside[i] as number) > 0) filled++;
    }
    for (let i = start; i < end; i++) {
      const p = (clipped[i] as number) / total;
      const q = (inside[i] as number) > 0 ? sum / filled / kept : 1e-12;
      if (p > 0) result += p * Math.log(p / q);
    }
  }
  return result;
}

function entropyRange(histogram: Histogram, whole: Range, levels: number): Range {
  const parts = new Float64Array(entropyParts);
  const span = whole.max - whole.min;
  histogram.forEach((value, count) => {
    const part = Math.min(
      entropyParts - 1,
      Math.max(0, Math.floor(((value - whole.min) / span) * entropyParts)),
    );
    parts[part] = (parts[part] as number) + count;
  });
  const partOf = (value: number): number => Math.round(((value - whole.min) / span) * entropyParts);
  return searchEnds(whole, ({ min, max }) => {
    const [from, to] = [partOf(min), partOf(max)];
    return to - from < levels / 4 ? Number.POSITIVE_INFINITY : divergence(parts, from, to, levels);
  });
}

/**
 * The range that an observer gives a tensor, zero within it:
 *
 * - `min-max`: all values.
 * - `margin`: an eighth more than that, for what samples do not show.
 * - `percentile`: but for one in ten thousand, half of them at each end.
 * - `mse`: that of the least mean squared error.
 * - `entropy`: that whose quantized values have the least Kullback-Leibler divergence from the values (Migacz, "8-bit inference
 *   with TensorRT", 2017).
 *
 * @param levels steps from end to end: 255 for int8
 */
export function observedRange(observer: Observer, histogram: Histogram, levels: number): Range {
  const whole = { min: Math.min(0, histogram.min), max: Math.max(0, histogram.max) };
  if (histogram.count === 0 || whole.max - whole.min === 0) return whole;
  if (observer === "margin") return { min: whole.min * margin, max: whole.max * margin };
  if (observer === "percentile") return percentileRange(histogram, whole);
  if (observer === "mse") return searchEnds(whole, (range) => squaredError(histogram, range, levels));
  return observer === "entropy" ? entropyRange(histogram, whole, levels) : whole;
}
