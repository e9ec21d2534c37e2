import { acceleratorLimits } from "../../abi/limits.js";
import type { Padding, Window } from "../../numerics/window.js";

/** A window over an input, and what it gives. */
interface Windowed {
  inputHeight: number;
  inputWidth: number;
  outputHeight: number;
  outputWidth: number;
  window: Window;
  padding: Padding;
}

/**
 * An image as a row of all its pixels, where windows are as wide as it is: columns, as in convolutions along time, and whole maps.
 * Pixels and weights lie in the same order, so that nothing else changes; kernels have loops along a row that are fast, and more to
 * do for each row. Any other geometry stays as it is.
 */
export function asRow<G extends Windowed>(geometry: G): G {
  const { inputHeight, inputWidth: width, outputHeight, outputWidth, window: w, padding } = geometry;
  const isWhole = w.filterWidth === width && w.dilationWidth === 1 && outputWidth === 1 && padding.left === 0;
  const isDense = width === 1 || w.dilationHeight === 1;
  if (!isWhole || !isDense || (inputHeight + padding.top + padding.bottom) * width > acceleratorLimits.size)
    return geometry;
  return {
    ...geometry,
    inputHeight: 1,
    inputWidth: inputHeight * width,
    outputHeight: 1,
    outputWidth: outputHeight,
    window: {
      filterHeight: 1,
      filterWidth: w.filterHeight * width,
      strideHeight: 1,
      strideWidth: w.strideHeight * width,
      dilationHeight: 1,
      dilationWidth: w.dilationHeight,
    },
    padding: { top: 0, bottom: 0, left: padding.top * width, right: padding.bottom * width },
  };
}
