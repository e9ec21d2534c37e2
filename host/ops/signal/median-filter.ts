import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { isStarting, keepRows, requireState, type Stream, type StreamStart, streamOf } from "./stream.js";
import { given, inputsOf } from "./tensors.js";

/** Attributes of medians over time. */
export interface MedianFilterAttributes {
  /** Samples that a median is of: an odd number. */
  window: number;
  start: StreamStart;
}

/** Samples of a window, at most: they are sorted for each sample. */
const maxWindow = 255;

/** The stream of a node whose windows lie over time, and its checked window. Throws `NotRunnable`. */
export function windowedStream(node: BoundNode<MedianFilterAttributes>): Stream & { window: number } {
  inputsOf(node, "input");
  const { window } = node.attributes;
  requireThat(
    Number.isInteger(window) && window % 2 === 1 && window >= 3 && window <= maxWindow,
    `the window is ${window}; an odd number from 3 to ${maxWindow} is expected`,
  );
  const stream = streamOf(node);
  requireState(node, node.attributes.start, "history", [window - 1, stream.channels]);
  return { ...stream, window };
}

/** Sorted by insertion from behind, as the kernel does it: what is no number is never moved. */
export function sorted(values: ArrayLike<number>): number[] {
  const output: number[] = [];
  for (const value of Array.from(values)) {
    let at = output.length;
    for (; at > 0 && (output[at - 1] as number) > value; at--) output[at] = output[at - 1] as number;
    output[at] = value;
  }
  return output;
}

/** Each sample of a stream from the window that ends with it; the history goes on. */
export function overWindows(
  node: BoundNode<MedianFilterAttributes>,
  input: Values | undefined,
  [history, started]: readonly Values[],
  of: (window: readonly number[]) => number,
): Values {
  const { time, channels, window } = windowedStream(node);
  const [samples, kept] = [given(input), given(history)];
  const rows = window - 1;
  if (isStarting(node.attributes.start, started))
    for (let row = 0; row < rows; row++) kept.set(samples.subarray(0, channels), row * channels);
  const stream = [...kept, ...samples];
  const output = valuesLike(input, time * channels);
  for (let i = 0; i < output.length; i++)
    output[i] = of(Array.from({ length: window }, (_, row) => stream[i + row * channels] as number));
  keepRows(kept, samples);
  return output;
}

/**
 * The median of the last samples of each channel, over time, float32: [time, channels] to as many. What is no number has no
 * order: it is to be repaired before.
 *
 * Variables: the history [window - 1, channels], and whether the stream has started where it starts with its first sample.
 */
export const medianFilter: Operator<MedianFilterAttributes> = {
  name: "medianFilter",
  quantization: { output: "float" },
  infer(node) {
    return [{ dtype: "float32", shape: windowedStream(node).input.shape }];
  },
  macs: () => 0,
  reference(node, [input], variables = []) {
    const middle = (node.attributes.window - 1) / 2;
    return [overWindows(node, input, variables, (window) => sorted(window)[middle] as number)];
  },
};
