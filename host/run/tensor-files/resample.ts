/** Zero crossings of the windowed sinc to either side, and points of its table between two of them. */
const [crossings, pointsPerCrossing] = [32, 512];
/** Share of the lower rate's half that is let through, and the Kaiser window's shape: stop band below -90 dB. */
const [passBand, kaiserBeta] = [0.94, 9.5];

/**
 * Samples at another rate, `round(count * to / from)` of them, band-limited to the lower of both rates: each is a
 * convolution with a Kaiser-windowed sinc, linear in phase, with silence beyond both ends.
 * Source: J. O. Smith, Digital Audio Resampling (windowed-sinc interpolation).
 *
 * @param from rate of the samples in Hz
 * @param to rate of the result in Hz
 */
export function resample(samples: Float64Array, from: number, to: number): Float64Array {
  if (from === to) return samples;
  const cutoff = passBand * Math.min(1, to / from);
  const reach = crossings / cutoff;
  sincTable ??= makeSincTable();
  const table = sincTable;
  const result = new Float64Array(Math.round((samples.length * to) / from));
  for (let i = 0; i < result.length; i++) {
    const centre = (i * from) / to;
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let j = Math.max(0, Math.ceil(centre - reach)); j <= last; j++) {
      const at = Math.abs(centre - j) * cutoff * pointsPerCrossing;
      const point = Math.floor(at);
      const below = table[point]!;
      sum += samples[j]! * (below + (at - point) * (table[point + 1]! - below));
    }
    result[i] = sum * cutoff;
  }
  return result;
}

/** Made at the first use, for it takes a moment; always the same. */
let sincTable: Float64Array | undefined;

/** sinc(x) times the window for x from 0 to `crossings`, and zero behind it. */
function makeSincTable(): Float64Array {
  const points = crossings * pointsPerCrossing;
  const whole = bessel(kaiserBeta);
  return Float64Array.from({ length: points + 2 }, (_, i) => {
    const x = i / pointsPerCrossing;
    const inside = 1 - (x / crossings) ** 2;
    if (inside <= 0) return 0;
    const sinc = i === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return (sinc * bessel(kaiserBeta * Math.sqrt(inside))) / whole;
  });
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
