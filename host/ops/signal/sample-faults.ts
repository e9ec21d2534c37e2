import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type Operator, valuesLike } from "../operator.js";
import { type Stream, streamOf } from "./stream.js";
import { given, inputsOf, requireNumber, requireWhole } from "./tensors.js";

/** Attributes of faults of samples. */
export interface SampleFaultsAttributes {
  /** What stands for a sample that is missing, besides NaN. */
  sentinel?: number;
  /** Samples of one value that are too many: the last of so many is stuck, and those that follow it; 0 where any number is right. */
  stuck: number;
  /** Samples at these or beyond are clipped; infinite ones always are. */
  low?: number;
  high?: number;
}

/** Bits of a sample's faults. */
export const sampleFaultBits = { missing: 1, stuck: 2, clipped: 4 } as const;

/** The stream of a node whose attributes and variables are right. Throws `NotRunnable`. */
export function faultyStream(node: BoundNode<SampleFaultsAttributes>): Stream {
  inputsOf(node, "input");
  const stream = streamOf(node);
  const { sentinel = 0, stuck, low, high } = node.attributes;
  requireNumber(sentinel, "the sentinel");
  requireNumber(low ?? 0, "the low end");
  requireNumber(high ?? 0, "the high end");
  requireThat(
    (low ?? -Infinity) < (high ?? Infinity),
    `the low end of ${low} is not below the high end of ${high}`,
  );
  requireWhole(stuck, "the samples of one value", 0, 2 ** 30);
  requireThat(stuck !== 1, "every sample is one of one value; 0, or 2 and more, are expected");
  const [last, run] = node.variables ?? [];
  requireThat(
    last?.dtype === "float32" && last.shape.join() === [2, stream.channels].join(),
    `the last samples are no variable of 2 x ${stream.channels} float32`,
  );
  requireThat(
    run?.dtype === "int32" && run.shape.join() === [stream.channels].join(),
    `the samples of one value are counted in no variable of ${stream.channels} int32`,
  );
  return stream;
}

/**
 * Samples that are missing, stuck at one value or clipped, over time, float32: [time, channels] to as many in which the last
 * good one, or 0, stands for those, and to their faults, uint8: 1 missing, 2 stuck, 4 clipped.
 *
 * Variables: the last good sample and the last one [2, channels], and how many there were of that value, int32 [channels].
 */
export const sampleFaults: Operator<SampleFaultsAttributes> = {
  name: "sampleFaults",
  quantization: { output: "float" },
  infer(node) {
    const { input } = faultyStream(node);
    return [
      { dtype: "float32", shape: input.shape },
      { dtype: "uint8", shape: input.shape },
    ];
  },
  macs: () => 0,
  reference(node, [input], [last, run] = []) {
    const { time, channels } = faultyStream(node);
    const { sentinel = Number.NaN, stuck, low = -Infinity, high = Infinity } = node.attributes;
    const [missing, lowest, highest] = [sentinel, low, high].map(Math.fround) as [number, number, number];
    const [samples, lasts, runs] = [given(input), given(last), given(run)];
    const [output, faults] = [valuesLike(input, time * channels), valuesLike(input, time * channels)];
    for (let i = 0; i < time * channels; i++) {
      const [sample, channel] = [samples[i] as number, i % channels];
      const previous = channels + channel;
      let fault = 0;
      if (Number.isNaN(sample) || sample === missing) {
        fault = sampleFaultBits.missing;
        runs[channel] = 0;
      } else {
        const isSame = (runs[channel] as number) > 0 && sample === lasts[previous];
        runs[channel] = isSame ? Math.min((runs[channel] as number) + 1, 2 ** 30) : 1;
        lasts[previous] = sample;
        if (stuck > 0 && (runs[channel] as number) >= stuck) fault += sampleFaultBits.stuck;
        if (sample <= lowest || sample >= highest) fault += sampleFaultBits.clipped;
      }
      if (fault === 0) lasts[channel] = sample;
      output[i] = lasts[channel] as number;
      faults[i] = fault;
    }
    return [output, faults];
  },
};
