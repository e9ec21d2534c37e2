import { requireThat } from "../graph/not-runnable.js";

/** Explicit zero padding in pixels. */
export interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** No padding. */
export const noPadding: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

/** A window that slides over height and width: filter of a convolution or of a pool. */
export interface Window {
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
}

/** Pixels that a dilated filter of `taps` taps spans. */
function span(taps: number, dilation: number): number {
  return (taps - 1) * dilation + 1;
}

/**
 * Padding before and after a length so that a filter gives ceil(length / stride) outputs.
 *
 * @param oddFirst whether an odd pixel is before; it is behind by default
 */
export function samePadding(
  length: number,
  taps: number,
  stride: number,
  dilation: number,
  oddFirst = false,
): [before: number, after: number] {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + span(taps, dilation) - length, 0);
  const half = Math.floor(total / 2);
  return oddFirst ? [total - half, half] : [half, total - half];
}

/**
 * Explicit padding of TensorFlow's `SAME` (output = ceil(input / stride), the odd pixel at the end) or `VALID`.
 */
export function explicitPadding(
  kind: "same" | "valid",
  height: number,
  width: number,
  window: Window,
): Padding {
  if (kind === "valid") return noPadding;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  const [top, bottom] = samePadding(height, filterHeight, strideHeight, dilationHeight);
  const [left, right] = samePadding(width, filterWidth, strideWidth, dilationWidth);
  return { top, bottom, left, right };
}

/** What a window's filter does along one axis, with padding before it. */
export interface WindowAxis {
  filter: number;
  stride: number;
  dilation: number;
  before: number;
}

/**
 * What some outputs along an axis of `length` take of it: indices, and the padding before and after them. Undefined where
 * that is padding alone.
 */
export function windowPart(
  { filter, stride, dilation, before }: WindowAxis,
  length: number,
  firstOutput: number,
  outputs: number,
): { first: number; count: number; before: number; after: number } | undefined {
  const begin = firstOutput * stride - before;
  const end = begin + (outputs - 1) * stride + span(filter, dilation);
  const [first, last] = [Math.max(0, begin), Math.min(length, end)];
  if (first >= last) return undefined;
  return { first, count: last - first, before: first - begin, after: end - last };
}

/** Of a window over height and width: what it does along one of them, and the padding's sides there. */
export function windowAxis(
  window: Window,
  padding: Padding,
  axis: 1 | 2,
): WindowAxis & { sides: readonly ["top", "bottom"] | readonly ["left", "right"] } {
  if (axis === 1) {
    const { filterHeight: filter, strideHeight: stride, dilationHeight: dilation } = window;
    return { filter, stride, dilation, before: padding.top, sides: ["top", "bottom"] };
  }
  const { filterWidth: filter, strideWidth: stride, dilationWidth: dilation } = window;
  return { filter, stride, dilation, before: padding.left, sides: ["left", "right"] };
}

/** Checks a window's numbers and gives the output's height and width. Throws `NotRunnable`. */
export function slide(
  height: number,
  width: number,
  window: Window,
  padding: Padding,
): { height: number; width: number } {
  for (const [name, value] of Object.entries(window)) {
    requireThat(
      Number.isInteger(value) && value >= 1 && value <= 65535,
      `${name} ${value} is not between 1 and 65535`,
    );
  }
  for (const [name, value] of Object.entries(padding)) {
    requireThat(
      Number.isInteger(value) && value >= 0 && value <= 65535,
      `padding ${name} ${value} is not between 0 and 65535`,
    );
  }
  const out = (
    length: number,
    before: number,
    after: number,
    taps: number,
    stride: number,
    dilation: number,
  ): number => Math.floor((length + before + after - span(taps, dilation)) / stride) + 1;
  const result = {
    height: out(
      height,
      padding.top,
      padding.bottom,
      window.filterHeight,
      window.strideHeight,
      window.dilationHeight,
    ),
    width: out(
      width,
      padding.left,
      padding.right,
      window.filterWidth,
      window.strideWidth,
      window.dilationWidth,
    ),
  };
  requireThat(
    result.height >= 1 && result.width >= 1,
    `the window of ${window.filterHeight}x${window.filterWidth} does not fit into ${height}x${width} pixels`,
  );
  return result;
}
