import { z } from "zod";
import { duration, stageName } from "../fields.js";
import type { MelSettings } from "./mel.js";

/** What a stage of bands takes in an application's file, beside what it is of; what is absent is the preset's. */
export const melFields = {
  from: stageName("The samples of one channel: int16, or what a filter gives in the same unit."),
  window: duration.optional().describe("How much of the sound a frame has."),
  stride: duration.optional().describe("From one frame to the next."),
  fft: z
    .int()
    .min(8)
    .max(2 ** 15)
    .refine((length) => Number.isInteger(Math.log2(length)), "a power of two")
    .optional()
    .describe(
      "Samples of the Fourier transform, a power of two; windows that are longer are cut. By default the least that holds a window.",
    ),
  shape: z
    .enum(["hann", "hamming", "blackman", "rectangular"])
    .optional()
    .describe("What a frame is multiplied by."),
  preEmphasis: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Part of the sample before that is taken from each."),
  spectrum: z.enum(["power", "magnitude"]).optional().describe("Of what bands are sums."),
  bank: z
    .enum(["tensorflow", "slaney", "htk", "edge-impulse"])
    .optional()
    .describe(
      "Whose bands: TensorFlow's (triangles over mel), librosa's (slaney, of area 1; htk, of height 1), Edge Impulse's.",
    ),
  channels: z.int().min(2).max(256).optional().describe("Bands of the mel scale."),
  lowest: z.number().min(0).optional().describe("Where the first band begins, in Hz."),
  highest: z
    .number()
    .positive()
    .optional()
    .describe("Where the last band ends, in Hz; half of the sample rate by default."),
  floor: z
    .number()
    .positive()
    .optional()
    .describe("What bands are given, or have at least, before logarithms."),
  floorBy: z.enum(["add", "maximum"]).optional().describe("Whether the floor is added, or is the least."),
} as const;

type Given = { readonly [name in keyof MelSettings]?: MelSettings[name] | undefined };

/** A preset with what the file says instead. */
export function settingsOf(preset: MelSettings, given: Given): MelSettings {
  const said = Object.entries(given).filter(([name, value]) => value !== undefined && name in preset);
  return { ...preset, ...Object.fromEntries(said) };
}

/** TensorFlow's own steps: `tf.signal.stft`, `linear_to_mel_weight_matrix`, and what its documentation does with them. */
export const tensorflowBands: MelSettings = {
  window: "30 ms",
  stride: "20 ms",
  shape: "hann",
  preEmphasis: 0,
  spectrum: "magnitude",
  perSample: false,
  fullScale: "1",
  bank: "tensorflow",
  channels: 40,
  lowest: 20,
  highest: 4000,
  floor: 1e-6,
  floorBy: "add",
};

/** `librosa.feature.melspectrogram` and `power_to_db` without a limit below the highest; frames that are not centred. */
export const librosaBands: MelSettings = {
  ...tensorflowBands,
  spectrum: "power",
  bank: "slaney",
  lowest: 0,
  highest: undefined,
  floor: 1e-10,
  floorBy: "maximum",
};

/** Edge Impulse's blocks for audio, `MFE` and `MFCC` of version 4, as their parameters.json sets them. */
export const edgeImpulseBands: MelSettings = {
  window: "20 ms",
  stride: "10 ms",
  fft: 256,
  shape: "rectangular",
  preEmphasis: 0.98,
  spectrum: "power",
  perSample: true,
  fullScale: "1",
  bank: "edge-impulse",
  channels: 40,
  lowest: 0,
  highest: undefined,
  floor: 1e-10,
  floorBy: "maximum",
};
