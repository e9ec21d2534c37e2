/**
 * The windowed sinc of a low-pass: symmetric, its taps sum to 1.
 *
 * @param cutoff as a part of half the sample rate, where the response is a half
 * @param window as long as the filter, symmetric
 *
 * Source: Oppenheim, Schafer, Discrete-Time Signal Processing, "Design of FIR Filters by Windowing"; scipy, `signal.firwin`, gives
 * the same.
 */
export function windowedSinc(cutoff: number, window: readonly number[]): number[] {
  const middle = (window.length - 1) / 2;
  const taps = window.map((weight, i) => {
    const phase = Math.PI * cutoff * (i - middle);
    return weight * (phase === 0 ? 1 : Math.sin(phase) / phase);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** A change of the sample rate by a ratio: `up` samples out for each `down`. */
export interface RateChange {
  up: number;
  down: number;
}

/** Part of a rate by which a ratio may be beside it: what rates as 100 / 3 lose when they are written. */
const rateTolerance = 1e-9;

/** The ratio of two rates in whole numbers up to `most`, in lowest terms; undefined where there is none. */
export function rateChange(from: number, to: number, most: number): RateChange | undefined {
  for (let down = 1; down <= most; down++) {
    const exact = (to * down) / from;
    const up = Math.round(exact);
    if (up > most) return undefined;
    if (up > 0 && Math.abs(up - exact) <= rateTolerance * exact) return { up, down };
  }
  return undefined;
}

/**
 * The filter that a change of rate takes: a low-pass of the lower rate's band, times `up`, since so many samples come from one.
 *
 * @param crossings of zero on each side of the sinc, to which the length goes
 */
export function resamplingFilter(
  { up, down }: RateChange,
  crossings: number,
  windowOf: (length: number) => readonly number[],
): number[] {
  const slower = Math.max(up, down);
  return windowedSinc(1 / slower, windowOf(2 * crossings * slower + 1)).map((tap) => tap * up);
}
