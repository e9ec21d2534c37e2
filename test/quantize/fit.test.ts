import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  bestDelta,
  type Damped,
  damp,
  MomentSums,
  type Moments,
  quadraticError,
  roundAdaptively,
} from "../../host/quantize/weights/fit.js";
import { numbers, pseudoRandom } from "./float-graphs.js";

interface Problem {
  /** Patches, and what the original weights miss on each, by output. */
  patches: Float64Array[];
  missing: Float64Array[];
  depth: number;
  outputs: number;
}

/** Patches whose elements go together, as neighbours in a picture do, and have means that are not zero. */
function problem(seed: number, count = 60, depth = 12, outputs = 3): Problem {
  const random = pseudoRandom(seed);
  const patches = Array.from({ length: count }, () => {
    let last = random();
    return Float64Array.from({ length: depth }, () => {
      last = 0.8 * last + 0.5 * random();
      return last + 0.7;
    });
  });
  const missing = patches.map((x) =>
    Float64Array.from({ length: outputs }, (_, n) => 0.05 * (x[n] as number) + 0.05 * random() + 0.1),
  );
  return { patches, missing, depth, outputs };
}

function sumsOf({ patches, missing, depth, outputs }: Problem): MomentSums {
  const sums = new MomentSums(depth, outputs);
  for (const [i, x] of patches.entries()) sums.add(x, missing[i] as Float64Array);
  return sums;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What weights that differ by `delta` from the original ones still miss, squared, the best bias taken off, and their damping. */
function plainError(given: Problem, output: number, delta: Float64Array, damping = 0): number {
  const rests = given.patches.map(
    (x, i) =>
      (given.missing[i]?.[output] as number) -
      delta.reduce((sum, value, k) => sum + value * (x[k] as number), 0),
  );
  const middle = mean(rests);
  return (
    rests.reduce((sum, rest) => sum + (rest - middle) ** 2, 0) +
    damping * delta.reduce((sum, value) => sum + value ** 2, 0)
  );
}

const close = (found: number, expected: number): void =>
  assert.ok(
    Math.abs(found - expected) < 1e-9 * (1 + Math.abs(expected)),
    `${found}, ${expected} is expected`,
  );

const clampTo = (limit: number) => (_: number, value: number) =>
  Math.max(-limit, Math.min(limit, Math.round(value)));

/** Codes as differences from the original weights. */
const deltaOf = (codes: Float64Array, scale: number, original: Float64Array): Float64Array =>
  codes.map((code, k) => code * scale - (original[k] as number));

const dampedOf = (given: Problem, part: number): Damped => damp(sumsOf(given).centered(), part) as Damped;

test("moments about the means are sums over centered patches, also of two parts", () => {
  const given = problem(1);
  const { patches, missing, depth, outputs } = given;
  const half = (from: number, to: number): MomentSums =>
    sumsOf({ ...given, patches: patches.slice(from, to), missing: missing.slice(from, to) });
  for (const moments of [sumsOf(given), MomentSums.add(half(0, 25), half(25, 60))].map((sums) =>
    sums.centered(),
  )) {
    const means = Array.from({ length: depth }, (_, k) => mean(patches.map((x) => x[k] as number)));
    const missed = Array.from({ length: outputs }, (_, n) => mean(missing.map((r) => r[n] as number)));
    for (const [k, value] of means.entries()) close(moments.meanInput[k] as number, value);
    for (const [n, value] of missed.entries()) close(moments.meanMissing[n] as number, value);
    for (let i = 0; i < depth; i++) {
      const off = (x: Float64Array): number => (x[i] as number) - (means[i] as number);
      for (let j = 0; j < depth; j++) {
        const expected = patches.reduce(
          (sum, x) => sum + off(x) * ((x[j] as number) - (means[j] as number)),
          0,
        );
        close(moments.inputs[i * depth + j] as number, expected);
      }
      for (let n = 0; n < outputs; n++) {
        const expected = patches.reduce(
          (sum, x, p) => sum + off(x) * ((missing[p]?.[n] as number) - (missed[n] as number)),
          0,
        );
        close(moments.missing[n * depth + i] as number, expected);
      }
    }
  }
});

test("the quadratic error is that of the patches, less a constant", () => {
  const given = problem(2);
  const moments: Moments = sumsOf(given).centered();
  const random = pseudoRandom(3);
  for (let n = 0; n < given.outputs; n++) {
    const none = plainError(given, n, new Float64Array(given.depth));
    for (let trial = 0; trial < 5; trial++) {
      const delta = Float64Array.from(numbers(given.depth, random));
      close(quadraticError(moments, n, delta), plainError(given, n, delta) - none);
    }
  }
});

test("the best difference is where the damped error is least", () => {
  for (const part of [0.003, 0.3, 3]) {
    const given = problem(4);
    const damped = dampedOf(given, part);
    const random = pseudoRandom(5);
    for (let n = 0; n < given.outputs; n++) {
      const best = bestDelta(damped, n);
      const least = plainError(given, n, best, damped.damping);
      assert.ok(least < plainError(given, n, new Float64Array(given.depth), damped.damping));
      for (let k = 0; k < given.depth; k++)
        for (const step of [-1e-3, 1e-3, 0.1 * random()]) {
          const other = best.map((value, i) => (i === k ? value + step : value));
          assert.ok(plainError(given, n, other, damped.damping) > least, `output ${n}, weight ${k}`);
        }
    }
  }
});

test("inputs that are always the same have no moments to damp", () => {
  const constant = problem(6, 4);
  for (const x of constant.patches) x.fill(0.5);
  assert.is(damp(sumsOf(constant).centered(), 0.3), undefined);
});

test("adaptive rounding never errs more than the nearest integers, and mostly less; its integers are allowed ones", () => {
  let better = 0;
  let all = 0;
  for (let seed = 0; seed < 60; seed++) {
    const given = problem(seed, 40, 9, 2);
    const original = Float64Array.from(numbers(given.depth, pseudoRandom(900 + seed)));
    for (const limit of [7, 127])
      for (const part of [0.003, 0.3]) {
        const damped = dampedOf(given, part);
        const scale = 1 / limit;
        for (let n = 0; n < given.outputs; n++) {
          const target = bestDelta(damped, n).map((value, k) => value + (original[k] as number));
          const codes = roundAdaptively(damped, n, original, target, scale, clampTo(limit));
          for (const code of codes) assert.ok(Number.isInteger(code) && Math.abs(code) <= limit);
          const errorOf = (found: Float64Array): number =>
            plainError(given, n, deltaOf(found, scale, original), damped.damping);
          const found = errorOf(codes);
          const nearest = errorOf(original.map((value, k) => clampTo(limit)(k, value / scale)));
          assert.ok(found <= nearest + 1e-9, `seed ${seed}, limit ${limit}: ${found}, nearest ${nearest}`);
          if (found < nearest - 1e-9) better++;
          all++;
        }
      }
  }
  assert.ok(better > 0.9 * all, `${better} of ${all}`);
});

test("no single step of a weight would lessen the error of what adaptive rounding found", () => {
  const given = problem(8);
  const original = Float64Array.from(numbers(given.depth, pseudoRandom(9)));
  const damped = dampedOf(given, 0.03);
  const scale = 1 / 7;
  const codes = roundAdaptively(damped, 0, original, original, scale, clampTo(7));
  const errorOf = (found: Float64Array): number =>
    plainError(given, 0, deltaOf(found, scale, original), damped.damping);
  for (let k = 0; k < given.depth; k++)
    for (const step of [-1, 1]) {
      if (Math.abs((codes[k] as number) + step) > 7) continue;
      const other = codes.map((code, i) => (i === k ? code + step : code));
      assert.ok(errorOf(other) >= errorOf(codes) - 1e-9, `weight ${k}, step ${step}`);
    }
});

test.run();
