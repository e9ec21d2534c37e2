import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { given, inputsOf, requireDtype, requireNumber, requireWhole, rowsOf } from "./tensors.js";

/** Attributes of peaks of spectra. */
export interface SpectralPeaksAttributes {
  /** Peaks that are given, at most. */
  peaks: number;
  /** What a peak's height is at least. */
  threshold: number;
  /** Hz from one bin to the next. */
  resolution: number;
}

/** Spectra of a node whose attributes are right. Throws `NotRunnable`. */
export function spectralPeaksRows(node: BoundNode<SpectralPeaksAttributes>): {
  input: Tensor;
  rows: number;
  length: number;
} {
  const [input] = inputsOf(node, "input") as [Tensor];
  requireDtype(input, "input", "float32");
  requireWhole(node.attributes.peaks, "the number of peaks", 1, 2 ** 10);
  requireNumber(node.attributes.threshold, "the threshold");
  requireNumber(node.attributes.resolution, "the resolution", 0);
  return { input, ...rowsOf(input, "input") };
}

/**
 * The highest peaks of spectra, float32: [.., bins] to [.., peaks, 2], the frequency and the height of each, the highest first;
 * 0 where there are no more. A peak is higher than both bins beside it, and above 0.
 */
export const spectralPeaks: Operator<SpectralPeaksAttributes> = {
  name: "spectralPeaks",
  quantization: { output: "float" },
  infer(node) {
    const { input } = spectralPeaksRows(node);
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -1), node.attributes.peaks, 2] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const { rows, length } = spectralPeaksRows(node);
    const { peaks, threshold, resolution } = node.attributes;
    const output = valuesLike(input, rows * peaks * 2);
    for (let row = 0; row < rows; row++) {
      const heights = [...given(input).subarray(row * length, (row + 1) * length)];
      const found = heights
        .map((height, bin) => ({ height, bin }))
        .filter(
          ({ height, bin }) =>
            height > (heights[bin - 1] ?? Infinity) &&
            height > (heights[bin + 1] ?? Infinity) &&
            height > 0 &&
            height >= Math.fround(threshold),
        )
        .sort((a, b) => b.height - a.height || a.bin - b.bin)
        .slice(0, peaks)
        .flatMap(({ height, bin }) => [Math.fround(bin * Math.fround(resolution)), height]);
      output.set(found, row * peaks * 2);
    }
    return [output];
  },
};
