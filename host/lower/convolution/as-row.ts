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
 * A column as a row: where input, filter and output have a width of 1, as in convolutions along time, rows are taken for columns.
 * Pixels and weights lie in the same order, so that nothing else changes; kernels have loops along a row that are fast, and more to
 * do for each row. Any other geometry stays as it is.
 */
export function asRow<G extends Windowed>(geometry: G): G {
  const { inputHeight, inputWidth, outputHeight, outputWidth, window: w, padding } = geometry;
  if (inputWidth !== 1 || outputWidth !== 1 || w.filterWidth !== 1 || padding.left !== 0) return geometry;
  return {
    ...geometry,
    inputHeight: 1,
    inputWidth: inputHeight,
    outputHeight: 1,
    outputWidth: outputHeight,
    window: {
      filterHeight: 1,
      filterWidth: w.filterHeight,
      strideHeight: 1,
      strideWidth: w.strideHeight,
      dilationHeight: 1,
      dilationWidth: w.dilationHeight,
    },
    padding: { top: 0, bottom: 0, left: padding.top, right: padding.bottom },
  };
}
