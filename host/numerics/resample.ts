/** What the indices of a resampled axis are made of: neighbours from `firsts[i]` on, times `weights[i]`, which sum to 1. */
export interface Taps {
  readonly firsts: readonly number[];
  /** Of one length for all. */
  readonly weights: readonly (readonly number[])[];
}

/** How the place of a resampled axis' index is found in the original one. */
export type CoordinateTransformation =
  | "half_pixel"
  | "half_pixel_symmetric"
  | "pytorch_half_pixel"
  | "align_corners"
  | "asymmetric"
  | "tf_half_pixel_for_nn"
  | "tf_crop_and_resize";

/** An axis that is resampled. */
export interface ResampledAxis {
  /** Indices of the original axis, and of the resampled one. */
  readonly input: number;
  readonly output: number;
  /** The resampled length for one of the original; `output` is that of `input`, most often rounded. */
  readonly scale: number;
  readonly transformation: CoordinateTransformation;
  /** Of `tf_crop_and_resize`: from where to where the original is read, in its lengths. */
  readonly crop?: readonly [start: number, end: number];
}

/**
 * Places in the original axis of the indices of a resampled one, as float32: what doubles are rounded by tells no neighbours
 * apart.
 *
 * Source: ONNX operator `Resize`, attribute `coordinate_transformation_mode`.
 */
export function resampledPlaces({ input, output, scale, transformation, crop }: ResampledAxis): number[] {
  const [start, end] = crop ?? [0, 1];
  const last = input - 1;
  const placeOf: Record<CoordinateTransformation, (index: number) => number> = {
    half_pixel: (index) => (index + 0.5) / scale - 0.5,
    half_pixel_symmetric: (index) => {
      const center = input / 2;
      const offset = center * (1 - output / (scale * input));
      return offset + (index + 0.5) / scale - 0.5;
    },
    pytorch_half_pixel: (index) => (output > 1 ? (index + 0.5) / scale - 0.5 : 0),
    // The resized length is that of the scale, which need not be whole.
    align_corners: (index) => (index === 0 ? 0 : (index * last) / (scale * input - 1)),
    asymmetric: (index) => index / scale,
    tf_half_pixel_for_nn: (index) => (index + 0.5) / scale,
    tf_crop_and_resize: (index) =>
      output > 1 ? start * last + (index * (end - start) * last) / (output - 1) : 0.5 * (start + end) * last,
  };
  return Array.from({ length: output }, (_, index) => Math.fround(placeOf[transformation](index)));
}

/** Which of two neighbours is nearest. */
export type NearestRounding = "round_prefer_floor" | "round_prefer_ceil" | "floor" | "ceil";

/** The index nearest to each place, inside of the original axis of so many. */
export function nearestTo(places: readonly number[], input: number, rounding: NearestRounding): number[] {
  const round: Record<NearestRounding, (place: number) => number> = {
    round_prefer_floor: (place) => Math.ceil(place - 0.5),
    round_prefer_ceil: (place) => Math.floor(place + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
  };
  return places.map((place) => clamp(round[rounding](place), input));
}

/** How neighbours weigh, by their distance. */
export interface Interpolation {
  /** Distance from which on they weigh nothing. */
  readonly reach: number;
  weight(distance: number): number;
}

/** Straight lines between neighbours. */
export const linear: Interpolation = {
  reach: 1,
  weight: (distance) => Math.max(0, 1 - Math.abs(distance)),
};

/**
 * Cubic curves between neighbours.
 *
 * @param a slope of the curve at distance 1, most often -0.75 or -0.5
 * Source: Keys, Cubic convolution interpolation for digital image processing.
 */
export function cubic(a: number): Interpolation {
  return {
    reach: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x >= 2) return 0;
      if (x > 1) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    },
  };
}

/** What an interpolation does at the ends, and where it reads more of the original than it gives. */
export interface InterpolationOptions {
  /** Whether neighbours outside of the axis take no part; else they are the one at its end. */
  readonly excludeOutside: boolean;
  /** How many times wider than by default neighbours reach: 1 / scale where a smaller axis is not to alias, else 1. */
  readonly widening: number;
}

/** Neighbours of places in an axis of `input` indices, and their weights. */
export function interpolated(
  places: readonly number[],
  input: number,
  { reach, weight }: Interpolation,
  { excludeOutside, widening }: InterpolationOptions,
): Taps {
  const rows = places.map((place) => {
    const found = new Map<number, number>();
    const low = Math.floor(place - reach * widening) + 1;
    const high = Math.ceil(place + reach * widening) - 1;
    for (let index = low; index <= Math.max(low, high); index++) {
      const inside = clamp(index, input);
      if (excludeOutside && inside !== index) continue;
      found.set(inside, (found.get(inside) ?? 0) + weight((index - place) / widening));
    }
    if (found.size === 0) found.set(clamp(Math.round(place), input), 1);
    const sum = [...found.values()].reduce((total, each) => total + each, 0);
    return new Map([...found].map(([index, each]) => [index, each / sum]));
  });
  return tapsOf(rows, input);
}

/** Weights by index, in rows of one length that lie inside of the axis. */
function tapsOf(rows: readonly ReadonlyMap<number, number>[], input: number): Taps {
  const kept = rows.map((row) => [...row].filter(([, weight]) => weight !== 0).map(([index]) => index));
  const ends = kept.map((indices) => [Math.min(...indices), Math.max(...indices)] as const);
  const taps = Math.max(...ends.map(([first, last]) => last - first + 1));
  const firsts = ends.map(([first]) => Math.min(first, input - taps));
  const weights = firsts.map((first, row) =>
    Array.from({ length: taps }, (_, tap) => rows[row]?.get(first + tap) ?? 0),
  );
  return { firsts, weights };
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}
