import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { isStarting, keepRows, requireState, type Stream, type StreamStart, streamOf } from "./stream.js";
import { constantOf, given, inputsOf, lengthOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of a change of the sample rate. */
export interface ResampleStreamAttributes {
  /** Samples out for each `down` of the input. */
  up: number;
  down: number;
  start: StreamStart;
}

/** A stream, the samples of it that come out in one run, and the filter in `up` phases. */
export interface ResampledStream extends Stream {
  outputs: number;
  /** Each phase's taps, those of the latest sample first; of one length, filled with zeros. */
  phases: Float32Array[];
  taps: number;
}

/** The stream of a node whose filter and rates are right. Throws `NotRunnable`. */
export function resampledStream(node: BoundNode<ResampleStreamAttributes>): ResampledStream {
  const [, filter] = inputsOf(node, "input", "filter") as [Tensor, Tensor];
  const { up, down } = node.attributes;
  const stream = streamOf(node);
  requireWhole(up, "the rate up", 1, 2 ** 10);
  requireWhole(down, "the rate down", 1, 2 ** 10);
  requireThat(
    (stream.time * up) % down === 0,
    `${stream.time} samples make ${(stream.time * up) / down} at ${up} for ${down}; a whole number is expected`,
  );
  requireDtype(filter, "filter", "float32");
  const taps = Math.ceil(lengthOf(filter, "filter") / up);
  const values = constantOf(filter, "filter") as Float32Array;
  const phases = Array.from({ length: up }, (_, phase) =>
    Float32Array.from({ length: taps }, (_, i) => values[phase + i * up] ?? 0),
  );
  return { ...stream, outputs: (stream.time * up) / down, phases, taps };
}

/**
 * A stream at another sample rate, by a constant FIR filter of which each output takes one phase, float32: [time, channels] to
 * [time * up / down, channels].
 *
 * Variables: the history [taps of a phase - 1, channels], at least one row, and whether the stream has started where it starts
 * with its first sample.
 */
export const resampleStream: Operator<ResampleStreamAttributes> = {
  name: "resampleStream",
  quantization: { output: "float" },
  infer(node) {
    const { input, outputs, channels, taps } = resampledStream(node);
    requireState(node, node.attributes.start, "history", [Math.max(taps - 1, 1), channels]);
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -2), outputs, channels] }];
  },
  macs(node) {
    const { outputs, channels, taps } = resampledStream(node);
    return outputs * channels * taps;
  },
  reference(node, [input], [history, started] = []) {
    const { outputs, channels, taps, phases } = resampledStream(node);
    const { up, down, start } = node.attributes;
    const kept = given(history).subarray(0, (taps - 1) * channels);
    if (isStarting(start, started))
      for (let row = 0; row < taps - 1; row++) kept.set(given(input).subarray(0, channels), row * channels);
    const stream = [...kept, ...given(input)];
    const output = valuesLike(input, outputs * channels);
    for (let i = 0; i < output.length; i++) {
      const place = Math.floor(i / channels) * down;
      const latest = Math.floor(place / up) + taps - 1;
      output[i] = (phases[place % up] as Float32Array).reduce((sum, tap, k) => {
        const sample = stream[(latest - k) * channels + (i % channels)] as number;
        return Math.fround(sum + Math.fround(tap * sample));
      }, 0);
    }
    keepRows(kept, given(input));
    return [output];
  },
};
