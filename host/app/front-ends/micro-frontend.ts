import { z } from "zod";
import type { Tensor } from "../../graph/tensor.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { log1pFloat32 } from "../../numerics/log1p-float32.js";
import { dequantize } from "../../ops/conversion/dequantize.js";
import { quantize } from "../../ops/conversion/quantize.js";
import { energy } from "../../ops/signal/energy.js";
import { fftAutoScale } from "../../ops/signal/fft-auto-scale.js";
import { filterBank } from "../../ops/signal/filter-bank.js";
import { filterBankLog } from "../../ops/signal/filter-bank-log.js";
import { filterBankSquareRoot } from "../../ops/signal/filter-bank-square-root.js";
import { gainEntries, pcan } from "../../ops/signal/pcan.js";
import { rfft } from "../../ops/signal/rfft.js";
import { spectralSubtraction } from "../../ops/signal/spectral-subtraction.js";
import { window } from "../../ops/signal/window.js";
import { duration, stageName } from "../fields.js";
import { framesOf } from "../framing.js";
import type { StageKind } from "../stage.js";
import { countOf, refuseApplication } from "../times.js";
import { powerOfTwo } from "./mel.js";

const part = (what: string) => z.number().min(0).max(1).describe(what);

const schema = z.strictObject({
  type: z.literal("micro-frontend"),
  from: stageName("The samples of one channel: int16, as they come from the source."),
  window: duration.default("30 ms").describe("How much of the sound a frame has."),
  stride: duration.default("20 ms").describe("From one frame to the next."),
  channels: z.int().min(2).max(256).default(40).describe("Bands of the mel scale."),
  lowest: z.number().min(0).default(125).describe("Where the first band begins, in Hz."),
  highest: z.number().positive().default(7500).describe("Where the last band ends, in Hz."),
  noise: z
    .strictObject({
      smoothing: part("What the estimate takes of a frame, of even bands.").default(0.025),
      oddSmoothing: part("The same of odd bands.").default(0.06),
      remaining: part("What of the signal remains at least.").default(0.05),
    })
    .nullable()
    .prefault({})
    .describe(
      "Noise suppression by spectral subtraction; null for none. Without it there is no gain control.",
    ),
  gain: z
    .strictObject({
      strength: part("Exponent of the gain.").default(0.95),
      offset: z.number().positive().default(80).describe("Added to the noise estimate."),
    })
    .nullable()
    .prefault({})
    .describe("Per-channel automatic gain control (PCAN); null for none."),
  tables: z
    .enum(["library", "operators"])
    .default("library")
    .describe(
      "Whose tables of windows and bands: those of the library in C, which microWakeWord's models are trained with (pymicro-features), or those of TensorFlow Lite Micro's signal operators. They differ in the last bit.",
    ),
  output: z
    .enum(["int8", "float32"])
    .default("int8")
    .describe(
      "int8: 256 / 666 of the integer that the front end gives, less 128, given to the model as it is. float32: that integer / 25.6.",
    ),
});

type Config = z.infer<typeof schema>;

/** Fractional bits of the window, of the bands' weights, of the noise suppression's factors and of the gain. */
const bits = { window: 12, weights: 12, noise: 14, gain: 21 } as const;
/** Further bits of the noise estimate; fractional bits of the signal to noise ratio; bits of the logarithm's scale. */
const [smoothingBits, ratioBits, logBits] = [10, 12, 6];
/** Largest integer of the front end that int8 holds, and the integers that stand for 1.0 of float32. */
const [largestFeature, featureUnit] = [666, 25.6];

const float = Math.fround;

/** Hann's window at the middles of samples, int16. */
function hann(length: number, { tables }: Config): Int16Array {
  const step = float(float(Math.PI * 2) / length);
  return Int16Array.from({ length }, (_, i) => {
    if (tables === "operators")
      return Math.floor((0.5 - 0.5 * Math.cos((Math.PI * 2 * (i + 0.5)) / length)) * 2 ** bits.window + 0.5);
    const cosine = float(Math.cos(float(step * float(i + 0.5))));
    return Math.floor(float(0.5 - 0.5 * cosine) * 2 ** bits.window + 0.5);
  });
}

/** A frequency on the mel scale. */
function melOf(hertz: number, { tables }: Config): number {
  const ratio = float(hertz / 700);
  return float(1127 * (tables === "operators" ? float(Math.log1p(ratio)) : log1pFloat32(ratio)));
}

/** Bands as the operator takes them: each one's weights, and what they leave to the next one's; and the bins that they are of. */
interface Bands {
  readonly weights: number[];
  readonly unweights: number[];
  readonly starts: number[];
  readonly weightStarts: number[];
  readonly widths: number[];
  readonly first: number;
  readonly end: number;
}

function bandsOf(config: Config, rate: number, bins: number): Bands {
  const { channels, lowest, highest } = config;
  const half = config.tables === "operators" ? 0 : 0.5;
  const rounded = (weight: number) => Math.floor(float(weight * 2 ** bits.weights) + half);
  const mel = (hertz: number) => melOf(hertz, config);
  const [low, high] = [mel(lowest), mel(highest)];
  const spacing = float(float(high - low) / float(channels + 1));
  const ends = Array.from({ length: channels + 1 }, (_, i) => float(low + float(spacing * float(i + 1))));
  const hertz = float((0.5 * rate) / (bins - 1));
  const first = Math.trunc(1.5 + lowest / hertz);
  const weights: number[] = [];
  const unweights: number[] = [];
  const starts: number[] = [];
  const weightStarts: number[] = [];
  const widths: number[] = [];
  let bin = first;
  for (const [i, end] of ends.entries()) {
    const begin = i === 0 ? low : (ends[i - 1] as number);
    const start = bin;
    starts.push(start);
    weightStarts.push(weights.length);
    for (; bin < bins && mel(float(bin * hertz)) <= end; bin++) {
      const weight = float(float(end - mel(float(bin * hertz))) / float(end - begin));
      weights.push(rounded(weight));
      unweights.push(rounded(float(1 - weight)));
    }
    widths.push(bin - start);
  }
  return { weights, unweights, starts, weightStarts, widths, first, end: bin };
}

/** Coefficients of the gain at noise estimates, a polynomial of second degree for each power of two. */
function gainsOf({ strength, offset }: NonNullable<Config["gain"]>, inputBits: number): Int16Array {
  const gain = (estimate: number): number => {
    const sum = float(float(float(estimate) / 2 ** inputBits) + float(offset));
    const value = float(2 ** bits.gain * float(sum ** -float(strength)));
    return value > 0x7fff ? 0x7fff : Math.trunc(float(value + 0.5));
  };
  const table = new Int16Array(gainEntries);
  table[0] = gain(0);
  table[1] = gain(1);
  for (let interval = 2; interval <= 32; interval++) {
    const start = 2 ** (interval - 1);
    const [at, middle, end] = [
      gain(start),
      gain(1.5 * start),
      gain(interval === 32 ? 2 * start - 1 : 2 * start),
    ];
    const first = 4 * (middle - at) - (end - at);
    table.set([at, first, end - at - first], 4 * interval - 6);
  }
  return table;
}

/** The features of a frame of samples, int16. */
function featuresOf(
  write: GraphWriter,
  frame: Tensor,
  config: Config,
  rate: number,
  name: string,
  at: string,
): Tensor {
  const length = frame.shape[0] as number;
  const points = powerOfTwo(length);
  const bins = points / 2 + 1;
  const bands = bandsOf(config, rate, bins);
  const int16 = (values: readonly number[]) => write.list(values, "int16");
  const correctionBits = Math.log2(points) - bits.weights / 2;
  const windowed = write.node(window, { shift: bits.window }, [frame, int16([...hann(length, config)])]);
  const [scaled, scaleBits] = write.nodes(fftAutoScale, {}, [windowed]) as [Tensor, Tensor];
  const spectrum = write.node(rfft, { length: points }, [scaled]);
  const powers = write.node(energy, { start: bands.first, end: bands.end }, [spectrum]);
  const { weights, unweights, starts, weightStarts, widths } = bands;
  const sums = write.node(filterBank, { channels: config.channels }, [
    powers,
    ...[weights, unweights, starts, weightStarts, widths].map(int16),
  ]);
  let signal = write.node(filterBankSquareRoot, {}, [sums, scaleBits]);
  if (config.noise !== null) {
    const { smoothing, oddSmoothing, remaining } = config.noise;
    const [even, odd, least] = [smoothing, oddSmoothing, remaining].map((factor) =>
      Math.trunc(float(float(factor) * 2 ** bits.noise)),
    ) as [number, number, number];
    const [cleaned, noise] = write.nodes(
      spectralSubtraction,
      {
        smoothing: even,
        oneMinusSmoothing: 2 ** bits.noise - even,
        alternateSmoothing: odd,
        alternateOneMinusSmoothing: 2 ** bits.noise - odd,
        smoothingBits,
        bits: bits.noise,
        minSignalRemaining: least,
        clamping: false,
      },
      [signal],
      { variables: [{ name: `${name} noise estimate`, dtype: "uint32", shape: [config.channels] }] },
    ) as [Tensor, Tensor];
    signal = cleaned;
    if (config.gain !== null) {
      const gains = gainsOf(config.gain, smoothingBits - correctionBits);
      const shift = bits.gain - correctionBits - ratioBits;
      signal = write.node(pcan, { shift }, [signal, noise, int16([...gains])]);
    }
  } else if (config.gain !== null)
    refuseApplication(
      at,
      'gain control takes the noise estimate; "gain": null is expected with "noise": null',
    );
  const quantization = { scale: [1 / featureUnit], zeroPoint: [0], axis: 0 };
  return write.node(filterBankLog, { correctionBits, scale: 2 ** logBits }, [signal], {
    output: { quantization },
  });
}

/**
 * The front end that microWakeWord's models and TensorFlow Lite Micro's micro_speech are trained with: Hann's window, a Fourier
 * transform of 16 bits, bands of the mel scale, noise suppression, gain control by channel (PCAN), logarithm. The samples are int16
 * of one channel; a frame gives [channels].
 *
 * Source: tensorflow/lite/experimental/microfrontend; PCAN: Wang et al., Trainable Frontend For Robust and Far-Field Keyword
 * Spotting, 2017.
 */
export const microFrontend: StageKind<typeof schema> = {
  schema,
  stride: ({ stride }, rate, at) => countOf(stride, rate, `${at}.stride`, "samples"),
  compile(config, { graph, name, at, input }) {
    const { signal, rate, channels } = input("samples");
    if (channels !== 1)
      refuseApplication(`${at}.from`, `samples of ${channels} channels; of one are expected`);
    if (signal.tensor.dtype !== "int16")
      refuseApplication(
        `${at}.from`,
        `"${config.from}" gives ${signal.tensor.dtype}; int16 is expected, samples as the source gives them`,
      );
    const frame = countOf(config.window, rate, `${at}.window`, "samples", 4);
    if (config.highest <= config.lowest || config.highest > rate / 2)
      refuseApplication(
        `${at}.highest`,
        `${config.highest} Hz; more than ${config.lowest} and at most half the rate, ${rate / 2}, is expected`,
      );
    if (Math.log2(powerOfTwo(frame)) < bits.weights / 2 || powerOfTwo(frame) > 2 ** 15)
      refuseApplication(`${at}.window`, `${frame} samples; 33 to 32768 are expected`);
    const stride = countOf(config.stride, rate, `${at}.stride`, "samples");
    const framed = framesOf(graph, signal, { frame, stride }, `${name} frame`);
    const write = graph.writer(name);
    const features = graph.under(framed.when, () => {
      const real = write.node(dequantize, {}, [featuresOf(write, framed.tensor, config, rate, name, at)]);
      if (config.output === "float32") return real;
      // From integers to integers there would be two roundings.
      const quantization = { scale: [largestFeature / 256 / featureUnit], zeroPoint: [-128], axis: 0 };
      return write.node(quantize, {}, [real], { output: { dtype: "int8", quantization } });
    });
    return { kind: "features", signal: { ...framed, tensor: features }, asTheyAre: config.output === "int8" };
  },
};
