import type { Range } from "./range.js";

/** Bins on each side of zero; an even number, so that pairs of them can become one. */
const binsEachSide = 4096;

/**
 * How often real values occur, in bins of one width on both sides of zero. The width doubles when a value lies outside,
 * so that one pass is enough. Zeros are counted by themselves: they are exact in every quantization.
 */
export class Histogram {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** Values that are not zero. */
  count = 0;
  /** Bin i holds values from (i - binsEachSide) * width to one width more. */
  counts = new Float64Array(2 * binsEachSide);
  width = 0;

  /** Counts values. NaN and infinities make `min` and `max` not finite, and are not counted. */
  add(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) {
        this.min = Number.NEGATIVE_INFINITY;
        this.max = Number.POSITIVE_INFINITY;
        continue;
      }
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (value === 0) continue;
      this.makeRoom(Math.abs(value));
      (this.counts[Math.floor(value / this.width) + binsEachSide] as number)++;
      this.count++;
    }
  }

  get range(): Range {
    return { min: this.min, max: this.max };
  }

  /** Calls with the middle of each bin that is not empty, and how many values lie in it, ascending. */
  forEach(visit: (value: number, count: number) => void): void {
    for (let i = 0; i < this.counts.length; i++) {
      const count = this.counts[i] as number;
      if (count > 0) visit((i - binsEachSide + 0.5) * this.width, count);
    }
  }

  /** A histogram of all values of several. */
  static merge(parts: readonly Histogram[]): Histogram {
    const merged = new Histogram();
    for (const part of parts) {
      merged.min = Math.min(merged.min, part.min);
      merged.max = Math.max(merged.max, part.max);
      if (part.width > merged.width) merged.widen(part.width);
      part.forEach((value, count) => {
        merged.makeRoom(Math.abs(value));
        const bin = Math.floor(value / merged.width) + binsEachSide;
        merged.counts[bin] = (merged.counts[bin] as number) + count;
      });
      merged.count += part.count;
    }
    return merged;
  }

  /** Widths are powers of two, so that those of any two histograms are multiples of each other. */
  private makeRoom(size: number): void {
    if (size < this.width * (binsEachSide - 1)) return;
    this.widen(2 ** Math.ceil(Math.log2(size / (binsEachSide - 1) + Number.MIN_VALUE) + 1e-9));
  }

  private widen(width: number): void {
    if (this.width > 0) {
      const factor = Math.round(width / this.width);
      const counts = new Float64Array(this.counts.length);
      for (let i = 0; i < counts.length; i++) {
        const bin = Math.floor((i - binsEachSide) / factor) + binsEachSide;
        counts[bin] = (counts[bin] as number) + (this.counts[i] as number);
      }
      this.counts = counts;
    }
    this.width = width;
  }
}
