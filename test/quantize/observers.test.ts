import { test } from "uvu";
import * as assert from "uvu/assert";
import { Histogram } from "../../host/quantize/ranges/histogram.js";
import { observedRange, observers } from "../../host/quantize/ranges/observers.js";
import type { Range } from "../../host/quantize/ranges/range.js";
import { numbers, pseudoRandom } from "./float-graphs.js";

const levels = 255;

function histogramOf(values: ArrayLike<number>): Histogram {
  const histogram = new Histogram();
  histogram.add(values);
  return histogram;
}

/** Numbers of a normal distribution of deviation 1, nearly: sums of twelve uniform ones. */
function normal(count: number, seed: number): Float32Array {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: count }, () => numbers(12, random).reduce((sum, x) => sum + x / 2, 0));
}

/** Sum of squared errors of values that go through `levels` steps of a range. */
function squaredError(values: Float32Array, { min, max }: Range, steps = levels): number {
  const step = (max - min) / steps;
  return values.reduce((sum, value) => {
    const code = Math.round((Math.min(max, Math.max(min, value)) - min) / step);
    return sum + (value - (min + code * step)) ** 2;
  }, 0);
}

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found}, ${expected} is expected`);

test("min-max is exact, margin an eighth more, and zero is always within", () => {
  for (const values of [
    [-3, 0.25, 7],
    [2, 5],
    [-5, -2],
  ]) {
    const [min, max] = [Math.min(0, ...values), Math.max(0, ...values)];
    const histogram = histogramOf(values);
    assert.equal(observedRange("min-max", histogram, levels), { min, max });
    assert.equal(observedRange("margin", histogram, levels), { min: min * 1.125, max: max * 1.125 });
    for (const observer of observers) {
      const range = observedRange(observer, histogram, levels);
      assert.ok(range.min <= 0 && range.max >= 0 && range.max > range.min, observer);
    }
  }
});

test("percentile leaves out half of one in ten thousand values at each end, and no more", () => {
  const values = numbers(40000, pseudoRandom(1));
  const reach = Math.max(...values.map(Math.abs));
  for (const [outliers, isLeftOut] of [
    [1, true],
    [2, true],
    [3, false],
  ] as const) {
    const given = values.slice();
    for (let i = 0; i < outliers; i++) [given[2 * i], given[2 * i + 1]] = [-50, 40];
    const { min, max } = observedRange("percentile", histogramOf(given), levels);
    close(min, isLeftOut ? -reach : -50, 0.1);
    close(max, isLeftOut ? reach : 40, 0.1);
  }
  // Zeros are exact in every quantization: they do not make room for outliers.
  const sparse = new Float32Array(40000);
  sparse.set([-2, 1, 3]);
  const { min, max } = observedRange("percentile", histogramOf(sparse), levels);
  close(min, -2, 1e-3);
  close(max, 3, 1e-3);
});

test("mse has a smaller squared error than all values have where tails are heavy, and is near the best clip", () => {
  for (const seed of [1, 2, 3]) {
    const values = normal(8000, seed).map((value) => value ** 3);
    const histogram = histogramOf(values);
    for (const steps of [15, 63]) {
      const whole = observedRange("min-max", histogram, steps);
      const found = squaredError(values, observedRange("mse", histogram, steps), steps);
      const best = Math.min(
        ...Array.from({ length: 99 }, (_, i) => (i + 1) / 100).map((clip) =>
          squaredError(values, { min: whole.min * clip, max: whole.max * clip }, steps),
        ),
      );
      assert.ok(found < 0.95 * squaredError(values, whole, steps), `seed ${seed}: ${found}`);
      assert.ok(found < 1.05 * best, `seed ${seed}, ${steps} steps: ${found}, ${best}`);
    }
  }
});

test("mse moves each end by itself", () => {
  const values = numbers(20000, pseudoRandom(4));
  values[0] = 20;
  const [histogram, steps] = [histogramOf(values), 63];
  const range = observedRange("mse", histogram, steps);
  const alike = Array.from({ length: 100 }, (_, i) => (i + 1) / 100).map((clip) =>
    squaredError(values, { min: histogram.min * clip, max: histogram.max * clip }, steps),
  );
  assert.ok(range.max < 0.8 * histogram.max, `${range.max}`);
  assert.ok(range.min < -0.8, `${range.min}`);
  assert.ok(squaredError(values, range, steps) < 0.9 * Math.min(...alike));
});

test("entropy clips outliers, and keeps a distribution without any", () => {
  const values = normal(20000, 7);
  values[0] = 40;
  const { max } = observedRange("entropy", histogramOf(values), levels);
  assert.ok(max > 3 && max < 20, `${max}`);
  const uniform = numbers(20000, pseudoRandom(8));
  const range = observedRange("entropy", histogramOf(uniform), levels);
  close(range.min, -1, 0.05);
  close(range.max, 1, 0.05);
});

test("a constant, a single value, all zeros and nothing at all", () => {
  for (const observer of observers) {
    const most = observer === "margin" ? 1.125 : 1;
    for (const value of [5, -3, 1e-30]) {
      for (const values of [new Float32Array(1000).fill(value), Float32Array.of(value)]) {
        const { min, max } = observedRange(observer, histogramOf(values), levels);
        close(value < 0 ? min : max, Math.fround(value) * most, Math.abs(value) / 2000);
        assert.is(value < 0 ? max : min, 0, observer);
      }
    }
    for (const values of [[], [0, -0, 0]]) {
      const { min, max } = observedRange(observer, histogramOf(values), levels);
      assert.equal([Math.abs(min), Math.abs(max)], [0, 0], observer);
    }
  }
});

test.run();
