import { test } from "uvu";
import * as assert from "uvu/assert";
import { Histogram } from "../../host/quantize/ranges/histogram.js";
import { numbers, pseudoRandom } from "./float-graphs.js";

/** Values of very different sizes, which make a histogram widen over and over, zeros among them. */
function values(count: number, seed: number): Float32Array {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: count }, (_, i) =>
    i % 7 === 0 ? 0 : random() * 2 ** (20 * random() ** 3),
  );
}

function histogramOf(...parts: ArrayLike<number>[]): Histogram {
  const histogram = new Histogram();
  for (const part of parts) histogram.add(part);
  return histogram;
}

/** Middles of bins of some width, and how many values that are not zero lie in each. */
function counted(all: ArrayLike<number>, width: number): [number, number][] {
  const bins = new Map<number, number>();
  for (const value of Array.from(all).filter((each) => each !== 0)) {
    const bin = Math.floor(value / width);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return [...bins].sort(([a], [b]) => a - b).map(([bin, count]) => [(bin + 0.5) * width, count]);
}

function visited(histogram: Histogram): [number, number][] {
  const found: [number, number][] = [];
  histogram.forEach((value, count) => {
    found.push([value, count]);
  });
  return found;
}

test("one pass counts as bins of the last width do, whatever the order of values", () => {
  for (const [seed, order] of [
    [1, (all: Float32Array) => all],
    [2, (all: Float32Array) => all.sort((a, b) => Math.abs(a) - Math.abs(b))],
    [3, (all: Float32Array) => all.sort((a, b) => Math.abs(b) - Math.abs(a))],
  ] as const) {
    const all = order(values(3000, seed));
    const histogram = histogramOf(all.subarray(0, 1000), all.subarray(1000));
    assert.is(histogram.min, Math.min(...all));
    assert.is(histogram.max, Math.max(...all));
    assert.is(histogram.count, all.filter((value) => value !== 0).length);
    assert.equal(visited(histogram), counted(all, histogram.width));
    assert.ok(Number.isInteger(Math.log2(histogram.width)));
  }
});

test("bins are fine: several thousand from zero to the largest value", () => {
  for (const most of [1e-44, 1e-6, 0.999, 1, 4095, 4096, 3e38]) {
    for (const sign of [1, -1]) {
      const histogram = histogramOf([1e-3 * most * sign, most * sign]);
      assert.ok(most / histogram.width > 2000 && most / histogram.width <= 4096, `${most}`);
      assert.is(histogram.count, 2);
    }
  }
});

test("merged histograms count as one that saw all values, those of small ones among large ones, and empty ones", () => {
  const random = pseudoRandom(5);
  const parts = [1, 1e-3, 300, 0, 7].map((size) => numbers(500, random).map((value) => value * size));
  const merged = Histogram.merge([new Histogram(), ...parts.map((part) => histogramOf(part))]);
  const together = histogramOf(...parts);
  assert.equal(merged.range, together.range);
  assert.is(merged.count, together.count);
  assert.is(merged.width, together.width);
  assert.equal(visited(merged), visited(together));
  assert.is(Histogram.merge([new Histogram()]).count, 0);
});

test("zeros count for the range alone; NaN and infinities make it not finite and are not counted", () => {
  const zeros = histogramOf([0, -0, 0]);
  assert.equal([zeros.count, visited(zeros), Math.abs(zeros.min), Math.abs(zeros.max)], [0, [], 0, 0]);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const histogram = histogramOf([1, bad, 2]);
    assert.not.ok(Number.isFinite(histogram.min) || Number.isFinite(histogram.max), `${bad}`);
    assert.is(histogram.count, 2);
    assert.not.ok(Number.isFinite(Histogram.merge([histogram, histogramOf([3])]).max), `${bad}`);
  }
});

test.run();
