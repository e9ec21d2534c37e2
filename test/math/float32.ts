import { random } from "../ops/harness.js";

/** Bits of the one NaN that functions of assembly/math give. */
export const canonicalNaN = 0x7fc00000;

/** The bits of float32 numbers. */
export const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer);

/** Numbers at which float32 functions go wrong, with both signs; NaN with another payload among them. */
export const edges = Float32Array.from(
  [
    0,
    2 ** -149,
    2 ** -127,
    2 ** -126 * (1 - 2 ** -23),
    2 ** -126,
    2 ** -25,
    0.5,
    1 - 2 ** -24,
    1,
    1 + 2 ** -23,
    1.5,
  ]
    .concat([2, 2.5, 3, 5, 88.7228317, 88.722839, 88.72284, 103.97, 104, 2 ** 23 - 0.5, 2 ** 24 - 1, 2 ** 24])
    .concat([
      Math.PI / 4,
      Math.PI / 2,
      Math.PI,
      16367173 * 2 ** 72,
      2 ** 127,
      (2 - 2 ** -23) * 2 ** 127,
      Infinity,
    ])
    .flatMap((value) => [value, -value])
    .concat([NaN]),
);
const otherNaN = new Float32Array(Uint32Array.of(0xffc12345).buffer);

/** The edges, random bit patterns, and random numbers of either sign up to `reach`. */
export function samples(seed: number, count: number, reach: number): Float32Array {
  const { integer, real } = random(seed);
  const values = new Float32Array(edges.length + 1 + 2 * count);
  values.set(edges);
  // Bits are copied, since a NaN that passes through a number may lose its own.
  bitsOf(values).set(bitsOf(otherNaN), edges.length);
  for (let i = edges.length + 1; i < values.length; i += 2) {
    bitsOf(values)[i] = integer(0, 2 ** 32 - 1);
    values[i + 1] = (2 * real() - 1) * reach;
  }
  return values;
}

/**
 * The distance of a float32 from a real number in units of the last place that the number has; infinity where one is
 * NaN, infinite after rounding, or of another sign than the other.
 */
export function ulps(value: number, real: number): number {
  const rounded = Math.fround(real);
  if (Object.is(value, rounded)) return 0;
  if (!Number.isFinite(value) || !Number.isFinite(rounded) || signOf(value) !== signOf(real)) return Infinity;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(real))), -126);
  return Math.abs(value - real) / 2 ** (exponent - 23);
}

const signOf = (value: number): number => (value < 0 || Object.is(value, -0) ? -1 : 1);

/** erf(x) to about 1e-15: Abramowitz and Stegun 7.1.5. */
export function erf(x: number): number {
  if (x === 0) return x;
  if (Math.abs(x) >= 2) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** 1 - erf(x), to a relative 1e-12: the continued fraction, Abramowitz and Stegun 7.1.14. */
export function erfc(x: number): number {
  if (x < 1 || Number.isNaN(x)) return 1 - erf(x);
  let fraction = x;
  for (let k = 150; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
