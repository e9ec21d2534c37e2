import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  type CoordinateTransformation,
  type Interpolation,
  interpolated,
  linear,
  type NearestRounding,
  nearestTo,
  type ResampledAxis,
  resampledPlaces,
} from "../../numerics/resample.js";
import type { Resizing } from "../../numerics/resize.js";
import { limitedShape } from "../../ops/movement/moved.js";
import { resample } from "../../ops/movement/resample.js";
import { resizeBilinear } from "../../ops/movement/resize-bilinear.js";
import type { GraphWriter } from "../graph-writer.js";
import { readAt } from "./indices.js";
import { quantizedAs } from "./movement.js";
import { padded } from "./pad.js";

/** An axis of a tensor that is resized. */
export interface ResizedAxis extends ResampledAxis {
  readonly axis: number;
}

/** Of which elements those of a resized tensor are made. */
export type ResizeKind =
  | { readonly nearest: NearestRounding }
  | {
      readonly interpolation: Interpolation;
      /** Whether neighbours outside of an axis take no part; else they are the one at its end. */
      readonly excludeOutside: boolean;
      /** Whether an axis that becomes shorter is smoothed. */
      readonly antialias: boolean;
    };

/** The places of an axis, and those of them that lie inside of it: the others lie before and after. */
function placesOf(axis: ResizedAxis): { places: number[]; before: number; after: number } {
  const places = resampledPlaces(axis);
  if (axis.transformation !== "tf_crop_and_resize") return { places, before: 0, after: 0 };
  const isInside = (place: number): boolean => place >= 0 && place <= axis.input - 1;
  const inside = places.filter(isInside);
  if (inside.length === 0)
    throw new NotRunnable(`nothing of axis ${axis.axis} lies in what is cropped of it`);
  const before = places.findIndex(isInside);
  return { places: inside, before, after: places.length - inside.length - before };
}

/**
 * A tensor with axes of other lengths.
 *
 * @param extrapolation the real value of what lies outside of the input, of `tf_crop_and_resize`
 */
export function resized(
  write: GraphWriter,
  input: Tensor,
  axes: readonly ResizedAxis[],
  kind: ResizeKind,
  extrapolation = 0,
): Tensor {
  limitedShape(axes.reduce((shape, { axis, output }) => shape.with(axis, output), input.shape));
  const plain = bilinear(write, input, axes, kind);
  if (plain !== undefined) return plain;
  const found = axes.map((axis) => ({ ...axis, ...placesOf(axis) }));
  const inside =
    "nearest" in kind
      ? readAt(
          write,
          input,
          found.map((each) => ({ ...each, indices: nearestTo(each.places, each.input, kind.nearest) })),
        )
      : // What becomes shorter comes first, so that there is less to do for the others.
        found
          .toSorted((a, b) => a.output / a.input - b.output / b.input)
          .reduce((tensor, each) => resampledAlong(write, tensor, each, each.places, kind), input);
  const around = (side: "before" | "after"): number[] =>
    input.shape.map((_, axis) => found.find((each) => each.axis === axis)?.[side] ?? 0);
  return padded(write, inside, { before: around("before"), after: around("after") }, extrapolation);
}

/** Bilinear interpolation, as the core's operator has it: of pictures [N, H, W, C] by whole ratios of their lengths. */
function bilinear(
  write: GraphWriter,
  input: Tensor,
  axes: readonly ResizedAxis[],
  kind: ResizeKind,
): Tensor | undefined {
  const [first] = axes;
  if (first === undefined || "nearest" in kind || input.shape.length !== 4) return undefined;
  const how = bilinearPlaces[first.transformation];
  const isPlain = axes.every(
    ({ axis, transformation, input: length, output, scale }) =>
      (axis === 1 || axis === 2) && transformation === first.transformation && scale * length === output,
  );
  const isLinear = kind.interpolation === linear && !kind.antialias && !kind.excludeOutside;
  if (how === undefined || !isPlain || !isLinear) return undefined;
  const [, height, width] = input.shape.map(
    (length, axis) => axes.find((each) => each.axis === axis)?.output ?? length,
  ) as [number, number, number];
  return write.node(resizeBilinear, { height, width, ...how }, [input], quantizedAs(input));
}

const bilinearPlaces: Partial<Record<CoordinateTransformation, Resizing>> = {
  half_pixel: { alignCorners: false, halfPixelCenters: true },
  align_corners: { alignCorners: true, halfPixelCenters: false },
  asymmetric: { alignCorners: false, halfPixelCenters: false },
};

function resampledAlong(
  write: GraphWriter,
  input: Tensor,
  { axis, input: length, scale }: ResizedAxis,
  places: readonly number[],
  { interpolation, excludeOutside, antialias }: Exclude<ResizeKind, { nearest: NearestRounding }>,
): Tensor {
  const widening = antialias ? Math.max(1, 1 / scale) : 1;
  requireFewWeights(places.length, Math.min(length, 2 * interpolation.reach * widening), axis);
  const taps = interpolated(places, length, interpolation, { excludeOutside, widening });
  if (isUnchanged(taps.firsts, taps.weights, length)) return input;
  return write.node(resample, { axis, ...taps }, [input], quantizedAs(input));
}

/** Weights of an axis, at most: a small file could ask for any number of neighbours. */
const maxWeights = 2 ** 20;

function requireFewWeights(places: number, neighbours: number, axis: number): void {
  const weights = places * Math.ceil(neighbours);
  requireThat(
    weights <= maxWeights,
    `axis ${axis} is made of ${weights} neighbours; up to ${maxWeights} are supported`,
  );
}

function isUnchanged(
  firsts: readonly number[],
  weights: readonly (readonly number[])[],
  length: number,
): boolean {
  return firsts.length === length && weights.every((row, i) => row[i - (firsts[i] as number)] === 1);
}
