import type { Operator } from "../operator.js";
import { type MedianFilterAttributes, overWindows, sorted, windowedStream } from "./median-filter.js";
import { requireNumber } from "./tensors.js";

/** Attributes of a Hampel filter. */
export interface HampelAttributes extends MedianFilterAttributes {
  /** Standard deviations, as the median of deviations estimates them, beyond which a sample is an outlier. */
  threshold: number;
}

/** A normal distribution's standard deviation for each of the median of its absolute deviations. */
const deviationsOfMedian = 1.4826;

/** Medians of deviations beyond which a sample is an outlier, float32. */
export function hampelFactor({ threshold }: HampelAttributes): number {
  return Math.fround(threshold * deviationsOfMedian);
}

/**
 * Outliers over time replaced by the median around them, float32: [time, channels] to as many, by half a window later. What is
 * no number has no order: it is to be repaired before.
 *
 * Variables: the history [window - 1, channels], and whether the stream has started where it starts with its first sample.
 */
export const hampel: Operator<HampelAttributes> = {
  name: "hampel",
  quantization: { output: "float" },
  infer(node) {
    requireNumber(node.attributes.threshold, "the threshold", 0);
    return [{ dtype: "float32", shape: windowedStream(node).input.shape }];
  },
  macs: () => 0,
  reference(node, [input], variables = []) {
    const middle = (node.attributes.window - 1) / 2;
    const factor = hampelFactor(node.attributes);
    const filtered = overWindows(node, input, variables, (window) => {
      const inOrder = sorted(window);
      const median = inOrder[middle] as number;
      const deviation = (x: number): number => Math.abs(Math.fround(x - median));
      const spread = sorted(inOrder.map(deviation))[middle] as number;
      const sample = window[middle] as number;
      return deviation(sample) > Math.fround(factor * spread) ? median : sample;
    });
    return [filtered];
  },
};
