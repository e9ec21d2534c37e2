import { requireThat } from "../../graph/not-runnable.js";
import { type Operator, valuesLike } from "../operator.js";
import { isStarting, requireState, type StreamStart, streamOf } from "./stream.js";
import { given, inputsOf, requireNumber } from "./tensors.js";

/** Attributes of a running normalization. */
export interface RunningNormalizeAttributes {
  /** What a new sample gives to the mean and to the variance: 1 / samples that they look back on. */
  rate: number;
  /** What is added to the variance. */
  epsilon: number;
  start: StreamStart;
}

/**
 * Samples of each channel less their mean so far, in standard deviations, both exponential over time, float32: [time, channels]
 * to as many. A sample counts before it is normalized.
 *
 * Variables: mean and variance [2, channels], and whether the stream has started where it starts with its first sample.
 */
export const runningNormalize: Operator<RunningNormalizeAttributes> = {
  name: "runningNormalize",
  quantization: { output: "float" },
  infer(node) {
    inputsOf(node, "input");
    const { input, channels } = streamOf(node);
    const { rate, epsilon, start } = node.attributes;
    requireThat(rate > 0 && rate <= 1, `the rate is ${rate}; a number above 0, at most 1, is expected`);
    requireNumber(epsilon, "epsilon", 0);
    requireState(node, start, "mean and variance", [2, channels]);
    return [{ dtype: "float32", shape: input.shape }];
  },
  macs: () => 0,
  reference(node, [input], [state, started] = []) {
    const { time, channels } = streamOf(node);
    const { fround } = Math;
    const [rate, epsilon] = [fround(node.attributes.rate), fround(node.attributes.epsilon)];
    const kept = fround(1 - node.attributes.rate);
    const starting = isStarting(node.attributes.start, started);
    const output = valuesLike(input, time * channels);
    for (let channel = 0; channel < channels; channel++) {
      let [mean, variance] = [given(state)[channel] as number, given(state)[channels + channel] as number];
      if (starting) mean = given(input)[channel] as number;
      for (let i = channel; i < time * channels; i += channels) {
        const difference = fround((given(input)[i] as number) - mean);
        const step = fround(rate * difference);
        mean = fround(mean + step);
        variance = fround(kept * fround(variance + fround(difference * step)));
        const deviation = fround(Math.sqrt(fround(variance + epsilon)));
        output[i] = fround(fround((given(input)[i] as number) - mean) / deviation);
      }
      given(state)[channel] = mean;
      given(state)[channels + channel] = variance;
    }
    return [output];
  },
};
