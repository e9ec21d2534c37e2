/** A scale on which pitches that sound equally far apart are equally far apart. */
export interface MelScale {
  toMel(hertz: number): number;
  toHertz(mel: number): number;
}

/** Where the Slaney scale is no longer linear, and how its logarithmic part goes on: 27 mel for each factor of 6.4. */
const slaney = { step: 200 / 3, corner: 1000, factor: Math.log(6.4) / 27 };

const slaneyCorner = slaney.corner / slaney.step;

/**
 * Mel scales by name: one logarithm, or a line up to 1000 Hz and a logarithm from there.
 *
 * Source: the HTK Book, "Filterbank Analysis"; Slaney, Auditory Toolbox (1998), technical report 1998-010.
 */
export const melScales: Readonly<Record<"htk" | "slaney", MelScale>> = {
  htk: {
    toMel: (hertz) => 2595 * Math.log10(1 + hertz / 700),
    toHertz: (mel) => 700 * (10 ** (mel / 2595) - 1),
  },
  slaney: {
    toMel: (hertz) =>
      hertz < slaney.corner
        ? hertz / slaney.step
        : slaneyCorner + Math.log(hertz / slaney.corner) / slaney.factor,
    toHertz: (mel) =>
      mel < slaneyCorner ? mel * slaney.step : slaney.corner * Math.exp((mel - slaneyCorner) * slaney.factor),
  },
};

/** A bank of triangular filters. */
export interface MelBank {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Bins of the spectrum, the first of 0 Hz and the last of half the sample rate. */
  readonly bins: number;
  readonly channels: number;
  /** Frequencies between which the filters lie. */
  readonly low: number;
  readonly high: number;
}

/** `count` numbers from one to another, equally far apart. */
function spaced(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** Triangles over places: each from an edge to the next, where it is 1, and to the one after that. */
function triangles(places: readonly number[], edges: readonly number[]): number[][] {
  return edges.slice(2).map((upper, channel) => {
    const [lower, centre] = edges.slice(channel, channel + 2) as [number, number];
    return places.map((place) =>
      Math.max(0, Math.min((place - lower) / (centre - lower), (upper - place) / (upper - centre))),
    );
  });
}

/**
 * A bank as librosa makes it, [channels, bins]: triangles over frequencies, their edges equally far apart in mel.
 *
 * @param norm whether each triangle has the area 1 (`slaney`) or the height 1
 *
 * Source: librosa, `filters.mel`.
 */
export function librosaMelBank(
  { sampleRate, bins, channels, low, high }: MelBank,
  scale: keyof typeof melScales = "slaney",
  norm: "slaney" | "none" = "slaney",
): number[][] {
  const { toMel, toHertz } = melScales[scale];
  const edges = spaced(toMel(low), toMel(high), channels + 2).map(toHertz);
  return triangles(spaced(0, sampleRate / 2, bins), edges).map((weights, channel) => {
    const width = (edges[channel + 2] as number) - (edges[channel] as number);
    return norm === "slaney" ? weights.map((weight) => (weight * 2) / width) : weights;
  });
}

/**
 * A bank as TensorFlow makes it, [channels, bins]: triangles over mel, of the HTK scale; the bin of 0 Hz is left out.
 *
 * Source: TensorFlow, `tf.signal.linear_to_mel_weight_matrix`.
 */
export function tensorflowMelBank({ sampleRate, bins, channels, low, high }: MelBank): number[][] {
  const { toMel } = melScales.htk;
  const edges = spaced(toMel(low), toMel(high), channels + 2);
  const places = spaced(0, sampleRate / 2, bins).map(toMel);
  return triangles(places, edges).map((weights) => [0, ...weights.slice(1)]);
}

/**
 * A bank as Edge Impulse's blocks make it since their version 4, [channels, bins]: triangles over the numbers of bins, their edges
 * equally far apart in mel of the HTK scale, then at whole bins. Empty ones are refused there.
 *
 * Source: github.com/edgeimpulse/processing-blocks, `mfe/third_party/speechpy/feature.py`, after speechpy's `filterbanks`.
 */
export function edgeImpulseMelBank({ sampleRate, bins, channels, low, high }: MelBank): number[][] {
  const { toMel, toHertz } = melScales.htk;
  const places = Array.from({ length: bins }, (_, bin) => bin);
  const edges = spaced(toMel(low), toMel(high), channels + 2).map((mel, i) => {
    // The last edge is taken for just below, so that how it is rounded decides nothing.
    const hertz = i === channels + 1 ? toHertz(mel) - 0.001 : toHertz(mel);
    return Math.floor(((2 * bins - 1) * hertz) / sampleRate);
  });
  return edges.slice(2).map((upper, channel) => {
    const [lower, centre] = edges.slice(channel, channel + 2) as [number, number];
    return places.map((place) => {
      if (place >= centre && place < upper) return (upper - place) / (upper - centre);
      return place > lower && place <= centre ? (place - lower) / (centre - lower) : 0;
    });
  });
}
