import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { given, inputsOf, requireDtype } from "./tensors.js";

/** Statistics by name, in the order in which the kernel numbers them. */
export const statisticNames = [
  "mean",
  "rms",
  "standardDeviation",
  "minimum",
  "maximum",
  "peakToPeak",
  "skewness",
  "kurtosis",
  "zeroCrossings",
  "meanAbsoluteDeviation",
  "crestFactor",
] as const;

/** A statistic's name. */
export type Statistic = (typeof statisticNames)[number];

/** Those that are made of differences from the mean. */
export const centredStatistics: readonly Statistic[] = [
  "standardDeviation",
  "skewness",
  "kurtosis",
  "meanAbsoluteDeviation",
];

/** Attributes of statistics. */
export interface StatisticsAttributes {
  /** Those that are computed, in the order of the output. */
  of: readonly Statistic[];
}

/** Sizes of a node's input: rows of time x channels. Throws `NotRunnable`. */
export function statisticsRows(node: BoundNode<StatisticsAttributes>): {
  input: Tensor;
  rows: number;
  time: number;
  channels: number;
} {
  const [input] = inputsOf(node, "input") as [Tensor];
  const [channels, time, ...outer] = [...input.shape].reverse();
  if (channels === undefined || time === undefined)
    throw new NotRunnable(`the input is ${input.shape.join("x")}; time x channels is expected`);
  return { input, rows: outer.reduce((product, axis) => product * axis, 1), time, channels };
}

const { fround } = Math;

/** All statistics of some samples, in float32. */
function statisticsOf(samples: Values): Record<Statistic, number> {
  const count = samples.length;
  const start = samples[0] as number;
  let [sum, squares, low, high, crossings] = [0, 0, start, start, 0];
  for (const [i, x] of samples.entries()) {
    sum = fround(sum + fround(x - start));
    squares = fround(squares + fround(x * x));
    [low, high] = [Math.min(low, x), Math.max(high, x)];
    if (i > 0 && x < 0 !== (samples[i - 1] as number) < 0) crossings++;
  }
  const offset = fround(sum / count);
  const rms = fround(Math.sqrt(fround(squares / count)));
  let [deviations, second, third, fourth] = [0, 0, 0, 0];
  for (const x of samples) {
    const d = fround(fround(x - start) - offset);
    const square = fround(d * d);
    deviations = fround(deviations + Math.abs(d));
    second = fround(second + square);
    third = fround(third + fround(square * d));
    fourth = fround(fourth + fround(square * square));
  }
  const variance = fround(second / count);
  const deviation = fround(Math.sqrt(variance));
  return {
    mean: fround(start + offset),
    rms,
    standardDeviation: deviation,
    minimum: low,
    maximum: high,
    peakToPeak: fround(high - low),
    skewness: variance === 0 ? 0 : fround(fround(fround(third / count) / variance) / deviation),
    kurtosis: variance === 0 ? 0 : fround(fround(fround(fround(fourth / count) / variance) / variance) - 3),
    zeroCrossings: crossings,
    meanAbsoluteDeviation: fround(deviations / count),
    crestFactor: rms === 0 ? 0 : fround(Math.max(Math.abs(low), Math.abs(high)) / rms),
  };
}

/**
 * Statistics of channels over time, float32: [.., time, channels] to [.., channels, statistics]. Moments are those of the
 * samples, not estimates of a population's; the kurtosis of a normal distribution is 0. Of a constant signal skewness and
 * kurtosis are 0, and of silence the crest factor; a zero crossing is where one of two neighbours is below 0.
 */
export const statistics: Operator<StatisticsAttributes> = {
  name: "statistics",
  quantization: { output: "float" },
  infer(node) {
    const { input, channels } = statisticsRows(node);
    requireDtype(input, "input", "float32");
    const { of } = node.attributes;
    for (const name of of)
      requireThat(
        statisticNames.includes(name),
        `${name} is no statistic; one of ${statisticNames.join(", ")} is expected`,
      );
    requireThat(
      of.length >= 1 && new Set(of).size === of.length,
      `${of.length} statistics, ${of.length - new Set(of).size} of them twice; one or more are expected, each once`,
    );
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -2), channels, of.length] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const { rows, time, channels } = statisticsRows(node);
    const { of } = node.attributes;
    const output = valuesLike(input, rows * channels * of.length);
    for (let row = 0; row < rows; row++) {
      for (let channel = 0; channel < channels; channel++) {
        const samples = valuesLike(input, time).map(
          (_, t) => given(input)[(row * time + t) * channels + channel] as number,
        );
        const all = statisticsOf(samples);
        output.set(
          of.map((name) => all[name]),
          (row * channels + channel) * of.length,
        );
      }
    }
    return [output];
  },
};
