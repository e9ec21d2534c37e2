import { z } from "zod";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { differenceOf, scaled } from "../../import/compose/arithmetic.js";
import { joined, reshaped, sliced, transposed, viewed } from "../../import/compose/movement.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { maximum } from "../../ops/elementwise/arithmetic.js";
import { log } from "../../ops/elementwise/functions.js";
import { pad } from "../../ops/movement/pad.js";
import { mean } from "../../ops/reduction/mean.js";
import { reduceMax } from "../../ops/reduction/reduce.js";
import { melFilterBank } from "../../ops/signal/mel-filter-bank.js";
import { powerSpectrum } from "../../ops/signal/power-spectrum.js";
import { spectralPeaks } from "../../ops/signal/spectral-peaks.js";
import { statisticNames, statistics } from "../../ops/signal/statistics.js";
import type { Signal } from "../app-graph.js";
import { duration, stageName } from "../fields.js";
import { sectionsOf, throughSections } from "../filters/butterworth.js";
import { framesOf } from "../framing.js";
import { asReal } from "../reals.js";
import type { StageContext, StageKind } from "../stage.js";
import { countOf, refuseApplication } from "../times.js";

const frequency = z.number().positive();

const filters = [
  z.strictObject({
    type: z.literal("low-pass"),
    cutoff: frequency,
    order: z.int().min(1).max(8).default(6),
  }),
  z.strictObject({
    type: z.literal("high-pass"),
    cutoff: frequency,
    order: z.int().min(1).max(8).default(6),
  }),
  z.strictObject({
    type: z.literal("band-pass"),
    low: frequency,
    high: frequency,
    order: z.int().min(1).max(8).default(3),
  }),
] as const;

const filterSchema = z.discriminatedUnion(
  "type",
  filters,
  'a filter whose "type" is low-pass, high-pass or band-pass',
);

const schema = z.strictObject({
  type: z.literal("spectral-features"),
  from: stageName("The samples: each channel gives features of its own."),
  window: duration.default("2 s").describe("How much of the signal features are of."),
  stride: duration.default("1 s").describe("From one window to the next."),
  scale: z.number().positive().default(1).describe("What samples are multiplied by."),
  filter: filterSchema
    .nullable()
    .default(null)
    .describe("A Butterworth filter before everything, frequencies in Hz; it goes on from window to window."),
  fft: z
    .int()
    .min(8)
    .max(2 ** 12)
    .refine((length) => Number.isInteger(Math.log2(length)), "a power of two")
    .default(16)
    .describe(
      "Samples of a Fourier transform, a power of two: each bin's power is the largest within the window.",
    ),
  overlap: z.boolean().default(true).describe("Whether transforms overlap by half."),
  statistics: z
    .array(z.enum(statisticNames))
    .default(["rms", "skewness", "kurtosis"])
    .describe("Statistics of the samples, less their mean."),
  spectralStatistics: z
    .array(z.enum(statisticNames))
    .default(["skewness", "kurtosis"])
    .describe("Statistics of the bins' powers."),
  powers: z
    .boolean()
    .default(true)
    .describe("Whether the bins' powers are features, but for 0 Hz and those that the filter takes away."),
  edges: z
    .array(z.number().min(0))
    .default([])
    .describe("Edges of bands in Hz, whose mean powers are features."),
  log: z.boolean().default(true).describe("Whether powers are decimal logarithms."),
  peaks: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe("Peaks of the powers, highest first: frequency and power of each, 0 where there are no more."),
  threshold: z.number().min(0).default(0).describe("What a peak's power is at least."),
});

type Config = z.infer<typeof schema>;

/** Power below which logarithms are those of this one. */
const leastPower = 1e-10;

/** The samples, filtered where there is a filter. */
function filtered(
  { filter }: Config,
  { graph, name, at }: StageContext,
  signal: Signal,
  rate: number,
): Signal {
  if (filter === null) return signal;
  const sections = sectionsOf(filter, rate, `${at}.filter`);
  const write = graph.writer(`${name} filter`);
  const tensor = graph.under(signal.when, () =>
    throughSections(write, asReal(write, signal.tensor), sections, `${name} filter`),
  );
  return { ...signal, tensor };
}

/** The largest power of each bin within a window, [channels, bins], of samples [channels, time]. */
function largestPowers({ fft, overlap }: Config, write: GraphWriter, samples: Tensor): Tensor {
  const [channels, time] = samples.shape as [number, number];
  const step = overlap ? fft / 2 : fft;
  const count = Math.ceil(time / step);
  const length = (count - 1) * step + fft;
  const padded = write.node(pad, { before: [0, 0], after: [0, length - time], value: 0 }, [samples]);
  const parts = viewed(write, padded, {
    lengths: [channels, count, fft],
    strides: [length, step, 1],
    offset: 0,
  });
  const powers = write.node(powerSpectrum, { length: fft, form: "power", scale: 1 / fft }, [parts]);
  return write.node(reduceMax, { axes: [1], keepDims: false }, [powers]);
}

/** Bins that are features: those within half a bin of what the filter passes, without 0 Hz. */
function binsOf({ fft, filter }: Config, rate: number): { first: number; count: number } {
  const resolution = rate / fft;
  const [low, high] =
    filter === null
      ? [0, rate]
      : filter.type === "band-pass"
        ? [filter.low, filter.high]
        : filter.type === "low-pass"
          ? [0, filter.cutoff]
          : [filter.cutoff, rate];
  const bins = Array.from({ length: fft / 2 }, (_, i) => i + 1).filter(
    (bin) => (bin + 0.5) * resolution >= low && (bin - 0.5) * resolution <= high,
  );
  return { first: bins[0] ?? 0, count: bins.length };
}

/** Rows of a matrix that give the mean of the bins in each band; of one without bins, 0. */
function bandMeans({ fft, edges }: Config, rate: number): number[][] {
  return edges.slice(1).map((upper, band) => {
    const isWithin = Array.from({ length: fft / 2 + 1 }, (_, bin) => {
      const hertz = (bin * rate) / fft;
      return hertz >= (edges[band] as number) && hertz < upper;
    });
    const count = isWithin.filter(Boolean).length;
    return isWithin.map((within) => (within ? 1 / count : 0));
  });
}

/** Features of windows of samples [time, channels], [channels, features]. */
function featuresOf(config: Config, write: GraphWriter, window: Tensor, rate: number): Tensor {
  const channels = window.shape[1] as number;
  const real = scaled(write, asReal(write, window), config.scale);
  const centred = differenceOf(write, real, write.node(mean, { axes: [0], keepDims: true }, [real]));
  const powers = largestPowers(config, write, transposed(write, centred, [1, 0]));
  const bins = powers.shape[1] as number;
  const logarithm = (tensor: Tensor): Tensor => {
    if (!config.log) return tensor;
    const above = write.node(maximum, { activation: "none" }, [tensor, write.scalar(leastPower)]);
    return scaled(write, write.node(log, {}, [above]), Math.LOG10E);
  };
  const features: Tensor[] = [];
  if (config.statistics.length > 0)
    features.push(write.node(statistics, { of: config.statistics }, [centred]));
  if (config.spectralStatistics.length > 0) {
    const spectra = reshaped(write, powers, [channels, bins, 1]);
    const of = write.node(statistics, { of: config.spectralStatistics }, [spectra]);
    features.push(reshaped(write, of, [channels, config.spectralStatistics.length]));
  }
  const { first, count } = binsOf(config, rate);
  if (config.powers && count > 0) features.push(logarithm(sliced(write, powers, 1, first, count)));
  if (config.edges.length > 1) {
    const means = bandMeans(config, rate);
    const bank = write.constant(Float32Array.from(means.flat()), [means.length, bins], "float32");
    features.push(logarithm(write.node(melFilterBank, {}, [powers, bank])));
  }
  if (config.peaks > 0) {
    const { peaks, threshold, fft } = config;
    const found = write.node(spectralPeaks, { peaks, threshold, resolution: rate / fft }, [powers]);
    features.push(reshaped(write, found, [channels, 2 * peaks]));
  }
  return joined(write, features, 1);
}

/**
 * Features of motion and vibration: statistics of windows of each channel and of their spectra, powers, and peaks. One window gives
 * [channels * features], channel by channel.
 *
 * By default those of Edge Impulse's block Spectral Analysis, version 4, whose filter however begins anew with each window.
 *
 * Source: github.com/edgeimpulse/processing-blocks, `spectral_analysis/dsp.py` and `common/spectrum.py`.
 */
export const spectralFeatures: StageKind<typeof schema> = {
  schema,
  stride: ({ stride }, rate, at) => countOf(stride, rate, `${at}.stride`, "samples"),
  compile(config, context) {
    const { graph, name, at, input } = context;
    const { signal, rate, channels } = input("samples");
    const time = countOf(config.window, rate, `${at}.window`, "samples", 2);
    const stride = countOf(config.stride, rate, `${at}.stride`, "samples");
    const falling = config.edges.findIndex((edge, i) => i > 0 && edge <= (config.edges[i - 1] as number));
    if (falling >= 0) refuseApplication(`${at}.edges.${falling}`, "ascending edges are expected");
    const { statistics: own, spectralStatistics, powers, edges, peaks } = config;
    if (own.length + spectralStatistics.length + peaks === 0 && !powers && edges.length < 2)
      refuseApplication(at, "no features; some are expected");
    const framing = { frame: time * channels, stride: stride * channels, shape: [time, channels] };
    const framed = framesOf(graph, filtered(config, context, signal, rate), framing, `${name} window`);
    const write = graph.writer(name);
    const tensor = graph.under(framed.when, () => {
      const features = featuresOf(config, write, framed.tensor, rate);
      return reshaped(write, features, [elementCount(features.shape)]);
    });
    return { kind: "features", signal: { ...framed, tensor } };
  },
};
