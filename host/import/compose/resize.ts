import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  type Interpolation,
  interpolated,
  type NearestRounding,
  nearestTo,
  type ResampledAxis,
  resampledPlaces,
} from "../../numerics/resample.js";
import { limitedShape } from "../../ops/movement/moved.js";
import { resample } from "../../ops/movement/resample.js";
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
          .reduce((tensor, each) => {
            const widening = kind.antialias ? Math.max(1, 1 / each.scale) : 1;
            const { places, input: length, axis } = each;
            const taps = interpolated(places, length, kind.interpolation, { ...kind, widening });
            if (isUnchanged(taps.firsts, taps.weights, length)) return tensor;
            return write.node(resample, { axis, ...taps }, [tensor], quantizedAs(tensor));
          }, input);
  const around = (side: "before" | "after"): number[] =>
    input.shape.map((_, axis) => found.find((each) => each.axis === axis)?.[side] ?? 0);
  return padded(write, inside, { before: around("before"), after: around("after") }, extrapolation);
}

function isUnchanged(
  firsts: readonly number[],
  weights: readonly (readonly number[])[],
  length: number,
): boolean {
  return firsts.length === length && weights.every((row, i) => row[i - (firsts[i] as number)] === 1);
}
