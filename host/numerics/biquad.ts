/** Coefficients of a section of second order, where a0 is 1: b0, b1, b2, a1, a2. */
export type Section = readonly [b0: number, b1: number, b2: number, a1: number, a2: number];

/** A Butterworth filter: frequencies in Hz, at which it passes half of the power. */
export interface Butterworth {
  /** Of the prototype: a band-pass has twice as many poles. */
  readonly order: number;
  readonly sampleRate: number;
}

/** The analog frequency that the bilinear transform moves to a digital one. */
function warped(frequency: number, sampleRate: number): number {
  return Math.tan((Math.PI * frequency) / sampleRate);
}

/** A section of z from one of s, (n0 + n1 s + n2 s^2) / (d0 + d1 s + d2 s^2), by s = (z - 1) / (z + 1). */
function bilinear(n: readonly [number, number, number], d: readonly [number, number, number]): Section {
  const expand = ([c0, c1, c2]: readonly [number, number, number]) =>
    [c0 + c1 + c2, 2 * (c0 - c2), c0 - c1 + c2] as const;
  const [b0, b1, b2] = expand(n);
  const [a0, a1, a2] = expand(d);
  return [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0];
}

/** A section of first order from (n0 + n1 s) / (d0 + d1 s). */
function bilinearFirst(n: readonly [number, number], d: readonly [number, number]): Section {
  const a0 = d[0] + d[1];
  return [(n[0] + n[1]) / a0, (n[0] - n[1]) / a0, 0, (d[0] - d[1]) / a0, 0];
}

/** 1 / Q of the prototype's pairs of poles, the largest first, so that sections that ring come last. */
function dampings(order: number): number[] {
  return Array.from({ length: Math.floor(order / 2) }, (_, k) => {
    const angle = (Math.PI * (order - 1 - 2 * k)) / (2 * order);
    return 2 * Math.cos(angle);
  }).sort((a, b) => b - a);
}

/**
 * A low-pass; each section passes constants as they are.
 *
 * Source: Butterworth's poles, and the bilinear transform, as Oppenheim, Schafer, Discrete-Time Signal Processing, have them;
 * scipy, `signal.butter`, gives the same filter.
 */
export function butterworthLowPass({ order, sampleRate }: Butterworth, frequency: number): Section[] {
  const w = warped(frequency, sampleRate);
  const first = order % 2 === 1 ? [bilinearFirst([w, 0], [w, 1])] : [];
  return [...first, ...dampings(order).map((damping) => bilinear([w * w, 0, 0], [w * w, damping * w, 1]))];
}

/** A high-pass; of order 1 it removes what is constant (DC). Each section passes half of the sample rate as it is. */
export function butterworthHighPass({ order, sampleRate }: Butterworth, frequency: number): Section[] {
  const w = warped(frequency, sampleRate);
  const first = order % 2 === 1 ? [bilinearFirst([0, 1], [w, 1])] : [];
  return [...first, ...dampings(order).map((damping) => bilinear([0, 0, 1], [w * w, damping * w, 1]))];
}

/** Both square roots of a complex number have these parts, but for the sign. */
function squareRoot(real: number, imaginary: number): readonly [real: number, imaginary: number] {
  const size = Math.hypot(real, imaginary);
  const root = Math.sqrt((size + Math.abs(real)) / 2);
  const other = root === 0 ? 0 : imaginary / (2 * root);
  return real >= 0 ? [root, other] : [Math.abs(other), imaginary < 0 ? -root : root];
}

/** A band-pass of `order` sections; each passes the middle of the band with its power. */
export function butterworthBandPass(
  { order, sampleRate }: Butterworth,
  low: number,
  high: number,
): Section[] {
  const [from, to] = [warped(low, sampleRate), warped(high, sampleRate)];
  const [width, square] = [to - from, from * to];
  const middle = Math.sqrt(square);
  /** gain s / (constant + linear s + s^2), 1 in size where s = i middle. */
  const section = (constant: number, linear: number): Section =>
    bilinear([0, Math.hypot(constant - square, linear * middle) / middle, 0], [constant, linear, 1]);
  const first = order % 2 === 1 ? [section(square, width)] : [];
  return [
    ...first,
    ...dampings(order).flatMap((damping) => {
      // A pole p of the prototype becomes the two roots of s^2 - p width s + square; each has a conjugate.
      const [real, imaginary] = [(-damping / 2) * width, Math.sqrt(1 - damping ** 2 / 4) * width];
      const [rootReal, rootImaginary] = squareRoot(
        real * real - imaginary * imaginary - 4 * square,
        2 * real * imaginary,
      );
      return [1, -1].map((sign) => {
        const pole = [(real + sign * rootReal) / 2, (imaginary + sign * rootImaginary) / 2] as const;
        return section(pole[0] ** 2 + pole[1] ** 2, -2 * pole[0]);
      });
    }),
  ];
}
