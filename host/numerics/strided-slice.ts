import { requireThat } from "../graph/not-runnable.js";
import { type StridedView, sliceView, wholeView } from "./strided-view.js";

/** What a strided slice says: one entry an axis of `begin`, `end` and `strides`, one bit an entry of each mask. */
export interface StridedSlice {
  begin: readonly number[];
  end: readonly number[];
  strides: readonly number[];
  /** Entries whose begin is the axis' first index, in the direction of the stride. */
  beginMask: number;
  /** Entries whose end is behind the axis' last index. */
  endMask: number;
  /** The entry that stands for all axes which no other names. */
  ellipsisMask: number;
  /** Entries that are new axes of length 1. */
  newAxisMask: number;
  /** Entries of one index, whose axis is dropped. */
  shrinkAxisMask: number;
  /** Whether `end` counts from `begin`. */
  offset: boolean;
}

const has = (mask: number, bit: number): boolean => ((mask >> bit) & 1) === 1;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** First index and number of indices of one axis. Throws `NotRunnable` where an index is none of the axis. */
function indicesOf(slice: StridedSlice, entry: number, length: number): { begin: number; count: number } {
  const [step, shrinks] = [slice.strides[entry] as number, has(slice.shrinkAxisMask, entry)];
  requireThat(
    Number.isInteger(step) && step !== 0 && (!shrinks || step > 0),
    `stride ${step}; ${shrinks ? "a positive number is expected where the axis is dropped" : "0 is none"}`,
  );
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const from = (index: number): number => clamp(index < 0 ? index + length : index, low, high);
  const first = step > 0 ? 0 : length - 1;
  const begin = has(slice.beginMask, entry) ? first : from(slice.begin[entry] as number);
  if (shrinks) {
    requireThat(begin < length, `index ${slice.begin[entry]} is not in an axis of length ${length}`);
    return { begin, count: 1 };
  }
  const behind = step > 0 ? length : -1;
  const given = (slice.end[entry] as number) + (slice.offset ? begin : 0);
  const end = has(slice.endMask, entry) ? behind : from(given);
  return { begin, count: Math.max(0, Math.ceil((end - begin) / step)) };
}

/**
 * The view that a strided slice reads, undefined where it reads nothing, and the shape that it is given. Throws `NotRunnable`
 * where it is malformed.
 *
 * Source: TensorFlow's `tf.strided_slice`; where an entry has both bits, begin's goes before that of a dropped axis, as in
 * TFLite's `StridedSliceStartForAxis`.
 */
export function stridedSlice(
  shape: readonly number[],
  slice: StridedSlice,
): { view: StridedView | undefined; shape: number[] } {
  const entries = slice.begin.length;
  requireThat(
    slice.end.length === entries && slice.strides.length === entries,
    `begin, end and strides have ${entries}, ${slice.end.length} and ${slice.strides.length} numbers; as many are expected`,
  );
  const bits = [...slice.begin.keys()];
  requireThat(
    bits.filter((entry) => has(slice.ellipsisMask, entry)).length <= 1,
    "there is more than one ellipsis",
  );
  const isNew = (entry: number): boolean => has(slice.newAxisMask, entry) && !has(slice.ellipsisMask, entry);
  const named = bits.filter((entry) => !isNew(entry) && !has(slice.ellipsisMask, entry)).length;
  requireThat(named <= shape.length, `${named} axes are named; the input has ${shape.length}`);
  let view: StridedView | undefined = wholeView(shape);
  let axis = 0;
  const lengths: number[] = [];
  const keepRest = (until: number): void => {
    while (axis < until) lengths.push(shape[axis++] as number);
  };
  let left = named;
  for (const entry of bits) {
    if (has(slice.ellipsisMask, entry)) keepRest(shape.length - left);
    else if (isNew(entry)) lengths.push(1);
    else {
      left--;
      const { begin, count } = indicesOf(slice, entry, shape[axis] as number);
      view =
        view && count > 0 ? sliceView(view, axis, begin, count, slice.strides[entry] as number) : undefined;
      if (!has(slice.shrinkAxisMask, entry)) lengths.push(count);
      axis++;
    }
  }
  keepRest(shape.length);
  return { view, shape: lengths };
}
