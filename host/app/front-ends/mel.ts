import type { Tensor } from "../../graph/tensor.js";
import { scaled, sumOf } from "../../import/compose/arithmetic.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { type SignalWindow, signalWindow } from "../../numerics/cosines.js";
import { edgeImpulseMelBank, librosaMelBank, type MelBank, tensorflowMelBank } from "../../numerics/mel.js";
import { biquad } from "../../ops/signal/biquad.js";
import { melFilterBank } from "../../ops/signal/mel-filter-bank.js";
import { powerSpectrum } from "../../ops/signal/power-spectrum.js";
import type { Signal } from "../app-graph.js";
import { framesOf } from "../framing.js";
import { asReal } from "../reals.js";
import type { StageContext } from "../stage.js";
import { countOf, refuseApplication } from "../times.js";

/** Banks by name: their bands, [channels, bins]. */
export const melBanks = {
  tensorflow: tensorflowMelBank,
  slaney: (bank) => librosaMelBank(bank, "slaney", "slaney"),
  htk: (bank) => librosaMelBank(bank, "htk", "none"),
  "edge-impulse": edgeImpulseMelBank,
} as const satisfies Record<string, (bank: MelBank) => number[][]>;

/** How logarithms of bands are made of samples. */
export interface MelSettings {
  /** Times, as an application's file has them. */
  readonly window: string;
  readonly stride: string;
  /** Samples of the Fourier transform; the least power of two that holds a window where it is absent, and else windows are cut. */
  readonly fft?: number | undefined;
  readonly shape: SignalWindow;
  readonly preEmphasis: number;
  readonly spectrum: "power" | "magnitude";
  /** What powers are multiplied by besides: 1, or 1 / the transform's samples. */
  readonly perSample: boolean;
  /** What the largest sample stands for: 1, or its own integer. */
  readonly fullScale: "1" | "32768";
  readonly bank: keyof typeof melBanks;
  readonly channels: number;
  readonly lowest: number;
  /** Half of the sample rate where it is absent. */
  readonly highest?: number | undefined;
  /** What is added to each band's sum, or what it is at least. */
  readonly floor: number;
  readonly floorBy: "add" | "maximum";
}

const int16Range = 2 ** 15;

/** Least power of two that is no smaller. */
export const powerOfTwo = (length: number): number => 2 ** Math.ceil(Math.log2(length));

/** The samples of one channel less a part of those before them, and in float32 where there is such a part. */
function emphasized({ graph, name }: StageContext, signal: Signal, part: number): Signal {
  if (part === 0) return signal;
  const write = graph.writer(`${name} pre-emphasis`);
  const tensor = graph.under(signal.when, () =>
    write.node(
      biquad,
      { start: "zero" },
      [asReal(write, signal.tensor), write.constant(Float32Array.of(1, -part, 0, 0, 0), [1, 5], "float32")],
      { variables: [{ name: `${name} last sample`, dtype: "float32", shape: [1, 1, 2] }] },
    ),
  );
  return { ...signal, tensor };
}

/** What a stage of bands is given: samples of one channel, and its frames as they are cut of them. */
function cutOf(settings: MelSettings, context: StageContext) {
  const { at, graph, name, input } = context;
  const { signal, rate, channels } = input("samples");
  if (channels !== 1) refuseApplication(`${at}.from`, `samples of ${channels} channels; of one are expected`);
  const window = countOf(settings.window, rate, `${at}.window`, "samples", 4);
  const stride = countOf(settings.stride, rate, `${at}.stride`, "samples");
  const fft = settings.fft ?? powerOfTwo(window);
  const frame = Math.min(window, fft);
  const framed = framesOf(
    graph,
    emphasized(context, signal, settings.preEmphasis),
    { frame, stride },
    `${name} frame`,
  );
  return { framed, rate, frame, fft };
}

/**
 * Natural logarithms of the bands of a mel bank, float32 [channels], and behind them that of the whole spectrum where it is asked
 * for: of each frame that is there.
 */
export function melLogs(settings: MelSettings, context: StageContext, withWhole: boolean): Signal {
  const { graph, name, at } = context;
  const { framed, rate, frame, fft } = cutOf(settings, context);
  const { channels, lowest, highest = rate / 2 } = settings;
  if (highest <= lowest || highest > rate / 2)
    refuseApplication(
      `${at}.highest`,
      `${highest} Hz; more than ${lowest} and at most half the rate, ${rate / 2}, is expected`,
    );
  const bins = fft / 2 + 1;
  const bands = melBanks[settings.bank]({ sampleRate: rate, bins, channels, low: lowest, high: highest });
  const empty = bands.findIndex((weights) => weights.every((weight) => weight === 0));
  if (empty >= 0)
    refuseApplication(
      `${at}.channels`,
      `${channels} bands of which number ${empty} has no frequency of a transform of ${fft} samples; fewer are expected, or a longer transform`,
    );
  const whole = withWhole ? [Array.from({ length: bins }, () => 1)] : [];
  const all = [...bands, ...whole];
  const write = graph.writer(name);
  const tensor = graph.under(framed.when, () => {
    const { tensor: cut } = framed;
    // Samples as they come are transformed in integers: nearer to the function, and in a fifth of the time where floats are software.
    const isInteger = cut.dtype === "int16" && cut.quantization === undefined;
    const samples = isInteger ? cut : asReal(write, cut);
    const unit = settings.fullScale === "1" ? 1 / int16Range : 1;
    const scale = (settings.spectrum === "power" ? unit * unit : unit) / (settings.perSample ? fft : 1);
    const shape = signalWindow(settings.shape, frame, "periodic");
    const taken = [...Array(bins).keys()].filter((bin) => all.some((weights) => weights[bin] !== 0));
    const [start, end] = [taken[0] ?? 0, (taken.at(-1) ?? -1) + 1];
    const spectrum = write.node(powerSpectrum, { length: fft, form: settings.spectrum, scale, start, end }, [
      samples,
      ...(settings.shape === "rectangular" ? [] : [write.list(shape)]),
    ]);
    const bank = write.constant(Float32Array.from(all.flat()), [all.length, bins], "float32");
    const { floor, floorBy: by } = settings;
    return write.node(melFilterBank, { logarithm: { floor, by } }, [spectrum, bank]);
  });
  return { ...framed, tensor };
}

/** A tensor times a number, and another added. */
export function onLine(write: GraphWriter, tensor: Tensor, factor: number, offset: number): Tensor {
  const product = scaled(write, tensor, factor);
  return offset === 0 ? product : sumOf(write, product, write.scalar(offset));
}

/** Decibels of a natural logarithm of power. */
export const decibels: number = 10 / Math.LN10;
