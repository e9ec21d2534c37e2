import { requireThat } from "../../graph/not-runnable.js";
import { arrayTypes, type DType, elementBytes } from "../../graph/tensor.js";
import type { Values } from "../operator.js";
import { requireWhole } from "./tensors.js";

/**
 * Fourier transforms of real samples in the arithmetic of KISS FFT, which TensorFlow Lite Micro has: what the kernels
 * (assembly/kernels/signal/fft.ts) are given, and the same plainly.
 */

/** Element types that transforms have. */
export const fftDtypes = ["int16", "int32", "float32"] as const;

/** Attributes of a transform of real samples, or back to them. */
export interface FftAttributes {
  /** Samples: even, half of it a product of 2, 3 and 5. */
  length: number;
}

/** Samples of a transform, at most. */
const maxLength = 2 ** 17;

/** Checks a transform's length. Throws `NotRunnable`. */
export function requireFftLength(length: number): void {
  requireWhole(length, "the FFT's length", 4, maxLength);
  let rest = length / 2;
  for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
  requireThat(
    rest === 1,
    `the FFT's length is ${length}; an even number is expected whose half is a product of 2, 3 and 5`,
  );
}

/** Radices of the stages of a complex transform, the outermost first: as many 4 as there are, then 2, 3 and 5. */
export function radicesOf(points: number): number[] {
  const radices: number[] = [];
  for (const radix of [4, 2, 3, 5]) {
    for (; points % radix === 0; points /= radix) radices.push(radix);
  }
  return radices;
}

/** e^(i phase) in an element type; in fixed point the largest value stands for 1. */
function unit(dtype: DType, phase: number): readonly [number, number] {
  if (dtype === "float32") return [Math.fround(Math.cos(phase)), Math.fround(Math.sin(phase))];
  const one = 2 ** (elementBytes[dtype] * 8 - 1) - 1;
  return [Math.floor(0.5 + one * Math.cos(phase)), Math.floor(0.5 + one * Math.sin(phase))];
}

/** Factors of a transform, each as its real and its imaginary part. */
export interface Twiddles {
  /** Of the complex transform's stages. */
  stages: readonly (readonly [number, number])[];
  /** Those that join the spectra of even and of odd samples. */
  joining: readonly (readonly [number, number])[];
}

/** The factors of a real transform of `2 * points` samples. */
export function twiddlesOf(dtype: DType, points: number, inverse: boolean): Twiddles {
  const sign = inverse ? -1 : 1;
  return {
    stages: Array.from({ length: points }, (_, i) => unit(dtype, sign * ((-2 * Math.PI * i) / points))),
    joining: Array.from({ length: Math.floor(points / 2) }, (_, i) =>
      unit(dtype, sign * (-Math.PI * ((i + 1) / points + 0.5))),
    ),
  };
}

/** The factors as the kernels read them. */
export function twiddleBytes(dtype: DType, points: number, inverse: boolean): Uint8Array {
  const { stages, joining } = twiddlesOf(dtype, points, inverse);
  const data = new arrayTypes[dtype](2 * (stages.length + joining.length)) as Int32Array;
  data.set([...stages, ...joining].flat());
  return new Uint8Array(data.buffer);
}

/**
 * How transforms compute: in an element type, each stage sharing out its inputs where it is an integer; or in int32 as they are, which
 * gives twice the spectrum.
 */
export type FftArithmetic = (typeof fftDtypes)[number] | "wholeInt32";

/** Arithmetic of an element type. */
interface Scalars {
  /** A result in the bits of the type. */
  narrow(value: number): number;
  /** a * b + c * d as one product of the type. */
  products(a: number, b: number, c: number, d: number): number;
  /** The value that a stage of this radix takes. */
  divide(value: number, radix: number): number;
  /** Half of a sum that is not narrowed. */
  half(value: number): number;
}

const int16 = (value: number): number => (value << 16) >> 16;
const int32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** A product of 31 fractional bits, rounded to the nearest. */
const products31 = (a: number, b: number, c: number, d: number): number =>
  int32((BigInt(a) * BigInt(b) + BigInt(c) * BigInt(d) + 2n ** 30n) >> 31n);

const scalars: Readonly<Record<FftArithmetic, Scalars>> = {
  int16: {
    narrow: int16,
    products: (a, b, c, d) => int16(Math.floor((a * b + c * d + 2 ** 14) / 2 ** 15)),
    divide: (value, radix) => int16((value * Math.floor(32767 / radix) + 2 ** 14) >> 15),
    half: (value) => value >> 1,
  },
  int32: {
    narrow: (value) => value | 0,
    products: products31,
    divide: (value, radix) => int32((BigInt(value) * ((2n ** 31n - 1n) / BigInt(radix)) + 2n ** 30n) >> 31n),
    half: (value) => (value | 0) >> 1,
  },
  wholeInt32: {
    narrow: (value) => value | 0,
    products: products31,
    divide: (value) => value,
    half: (value) => value | 0,
  },
  float32: {
    narrow: Math.fround,
    products: (a, b, c, d) => Math.fround(Math.fround(a * b) + Math.fround(c * d)),
    divide: (value) => value,
    half: (value) => Math.fround(Math.fround(value) / 2),
  },
};

type Complex = readonly [real: number, imaginary: number];

/** Sums and products of complex numbers in an element type. */
class ComplexArithmetic {
  constructor(readonly scalars: Scalars) {}

  add = (a: Complex, b: Complex): Complex => [
    this.scalars.narrow(a[0] + b[0]),
    this.scalars.narrow(a[1] + b[1]),
  ];
  subtract = (a: Complex, b: Complex): Complex => this.add(a, [-b[0], -b[1]]);
  multiply = (a: Complex, b: Complex): Complex => [
    this.scalars.products(a[0], b[0], -a[1], b[1]),
    this.scalars.products(a[0], b[1], a[1], b[0]),
  ];
  scale = (a: Complex, by: number): Complex => [
    this.scalars.products(a[0], by, 0, 0),
    this.scalars.products(a[1], by, 0, 0),
  ];
  divide = (a: Complex, radix: number): Complex => [
    this.scalars.divide(a[0], radix),
    this.scalars.divide(a[1], radix),
  ];
  half = (a: Complex): Complex => [this.scalars.half(a[0]), this.scalars.half(a[1])];
  conjugate = (a: Complex): Complex => [a[0], this.scalars.narrow(-a[1])];
  /** i * a */
  turn = (a: Complex): Complex => [this.scalars.narrow(-a[1]), a[0]];
}

/** One output of a stage for each of its inputs, which are divided and multiplied by their factors already. */
function butterfly(
  terms: readonly Complex[],
  { add, subtract, scale, half, turn }: ComplexArithmetic,
  inverse: boolean,
  roots: readonly Complex[],
): Complex[] {
  const [a, b, c, d, e] = terms as [Complex, Complex, Complex, Complex, Complex];
  if (terms.length === 2) return [add(a, b), subtract(a, b)];
  if (terms.length === 3) {
    const sum = add(b, c);
    const turned = turn(scale(subtract(b, c), (roots[1] as Complex)[1]));
    const middle = subtract(a, half(sum));
    return [add(a, sum), add(middle, turned), subtract(middle, turned)];
  }
  if (terms.length === 4) {
    const [even, odd, rest] = [add(a, c), add(b, d), subtract(a, c)];
    const turned = turn(subtract(b, d));
    const [ahead, behind] = [add(rest, turned), subtract(rest, turned)];
    return [add(even, odd), inverse ? ahead : behind, subtract(even, odd), inverse ? behind : ahead];
  }
  const [y, z] = [roots[1] as Complex, roots[2] as Complex];
  const [outer, inner] = [add(b, e), add(c, d)];
  const [outerDifference, innerDifference] = [subtract(b, e), subtract(c, d)];
  const near = add(add(a, scale(outer, y[0])), scale(inner, z[0]));
  const far = add(add(a, scale(outer, z[0])), scale(inner, y[0]));
  const nearTurned = turn(add(scale(outerDifference, y[1]), scale(innerDifference, z[1])));
  const farTurned = turn(subtract(scale(outerDifference, z[1]), scale(innerDifference, y[1])));
  return [
    add(a, add(outer, inner)),
    add(near, nearTurned),
    add(far, farTurned),
    subtract(far, farTurned),
    subtract(near, nearTurned),
  ];
}

/** The complex transform of every `stride`th point, by stages of these radices. */
function transform(
  points: readonly Complex[],
  [radix, ...inner]: readonly number[],
  arithmetic: ComplexArithmetic,
  twiddles: readonly Complex[],
  inverse: boolean,
): Complex[] {
  if (radix === undefined) return [...points];
  const parts = Array.from({ length: radix }, (_, part) =>
    transform(
      points.filter((_, i) => i % radix === part),
      inner,
      arithmetic,
      twiddles,
      inverse,
    ),
  );
  const length = points.length / radix;
  const stride = twiddles.length / points.length;
  const roots = Array.from({ length: radix }, (_, q) => twiddles[q * length * stride] as Complex);
  const output: Complex[] = [];
  for (let k = 0; k < length; k++) {
    const terms = parts.map((part, q) => {
      const divided = arithmetic.divide(part[k] as Complex, radix);
      return q === 0 ? divided : arithmetic.multiply(divided, twiddles[q * k * stride] as Complex);
    });
    for (const [q, value] of butterfly(terms, arithmetic, inverse, roots).entries())
      output[k + q * length] = value;
  }
  return output;
}

/** Values of two as complex numbers; what is missing is 0. */
function pairs(values: Values, count: number): Complex[] {
  return Array.from({ length: count }, (_, i) => [values[2 * i] ?? 0, values[2 * i + 1] ?? 0]);
}

/** The spectrum of `2 * points` real samples: `points + 1` complex numbers. */
export function rfftOf(by: FftArithmetic, samples: Values, points: number): number[] {
  const arithmetic = new ComplexArithmetic(scalars[by]);
  const { narrow, half } = arithmetic.scalars;
  const { add, subtract, multiply, divide, conjugate } = arithmetic;
  const { stages, joining } = twiddlesOf(by === "wholeInt32" ? "int32" : by, points, false);
  const spectrum = transform(pairs(samples, points), radicesOf(points), arithmetic, stages, false);
  const output: Complex[] = [];
  const first = by === "wholeInt32" ? 2 : 1;
  const [real, imaginary] = divide(spectrum[0] as Complex, 2).map((value) => value * first) as [
    number,
    number,
  ];
  output[0] = [narrow(real + imaginary), 0];
  output[points] = [narrow(real - imaginary), 0];
  for (let k = 1; k <= points / 2; k++) {
    const low = divide(spectrum[k] as Complex, 2);
    const high = divide(conjugate(spectrum[points - k] as Complex), 2);
    const sum = add(low, high);
    const turned = multiply(subtract(low, high), joining[k - 1] as Complex);
    output[k] = [half(sum[0] + turned[0]), half(sum[1] + turned[1])];
    output[points - k] = [half(sum[0] - turned[0]), half(turned[1] - sum[1])];
  }
  return output.flat();
}

/** The `2 * points` real samples of a spectrum of `points + 1` complex numbers. */
export function irfftOf(dtype: (typeof fftDtypes)[number], values: Values, points: number): number[] {
  const arithmetic = new ComplexArithmetic(scalars[dtype]);
  const { narrow } = arithmetic.scalars;
  const { add, subtract, multiply, divide, conjugate } = arithmetic;
  const { stages, joining } = twiddlesOf(dtype, points, true);
  const spectrum = pairs(values, points + 1);
  const [[zero], [last]] = [spectrum[0] as Complex, spectrum[points] as Complex];
  const parted: Complex[] = [divide([narrow(zero + last), narrow(zero - last)], 2)];
  for (let k = 1; k <= points / 2; k++) {
    const low = divide(spectrum[k] as Complex, 2);
    const high = divide(conjugate(spectrum[points - k] as Complex), 2);
    const sum = add(low, high);
    const turned = multiply(subtract(low, high), joining[k - 1] as Complex);
    parted[k] = add(sum, turned);
    parted[points - k] = conjugate(subtract(sum, turned));
  }
  const samples = transform(parted, radicesOf(points), arithmetic, stages, true).flat();
  return dtype === "float32" ? samples.map((sample) => Math.fround(sample / (2 * points))) : samples;
}
