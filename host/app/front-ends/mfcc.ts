import { z } from "zod";
import { reshaped } from "../../import/compose/movement.js";
import { dctMatrix } from "../../numerics/cosines.js";
import { fullyConnected } from "../../ops/matrix/fully-connected.js";
import type { StageKind } from "../stage.js";
import { countOf, refuseApplication } from "../times.js";
import { decibels, type MelSettings, melLogs } from "./mel.js";
import { edgeImpulseBands, librosaBands, melFields, settingsOf, tensorflowBands } from "./mel-fields.js";

/** What a preset has beside its bands. */
interface Preset {
  readonly bands: MelSettings;
  readonly coefficients: number;
  readonly scaling: "ortho" | "htk";
  /** What logarithms are multiplied by. */
  readonly factor: number;
  /** What coefficient 0 is: the transform's, or the logarithm of the whole spectrum. */
  readonly first: "cosine" | "energy";
}

const presets: Readonly<Record<"mlperf-tiny" | "librosa" | "edge-impulse", Preset>> = {
  "mlperf-tiny": { bands: tensorflowBands, coefficients: 10, scaling: "htk", factor: 1, first: "cosine" },
  librosa: { bands: librosaBands, coefficients: 13, scaling: "ortho", factor: decibels, first: "cosine" },
  "edge-impulse": {
    bands: { ...edgeImpulseBands, stride: "20 ms", channels: 32, fullScale: "32768" },
    coefficients: 13,
    scaling: "ortho",
    factor: 1,
    first: "energy",
  },
};

const schema = z.strictObject({
  type: z.literal("mfcc"),
  ...melFields,
  preset: z
    .enum(["mlperf-tiny", "librosa", "edge-impulse"])
    .default("mlperf-tiny")
    .describe(
      "Whose settings the others are by default: mlperf-tiny, those of its keyword spotting, by tf.signal; librosa, its feature.mfcc; edge-impulse, the block Audio (MFCC) of version 4 with a normalization window of 0.",
    ),
  coefficients: z.int().min(1).max(256).optional().describe("Coefficients that are kept."),
});

/**
 * Mel-frequency cepstral coefficients: cosine transforms of logarithms of bands, of windows over samples of one channel; a frame
 * gives [coefficients]. MLPerf Tiny divides each recording by its loudest sample, which a stream does not know.
 *
 * Source: MLPerf Tiny, github.com/mlcommons/tiny, `benchmark/training/keyword_spotting/get_dataset.py`; librosa, `feature.mfcc`;
 * Edge Impulse, github.com/edgeimpulse/processing-blocks, `mfcc/dsp.py` and `mfcc/parameters.json`.
 */
export const mfcc: StageKind<typeof schema> = {
  schema,
  stride: ({ preset, stride }, rate, at) =>
    countOf(stride ?? presets[preset].bands.stride, rate, `${at}.stride`, "samples"),
  compile(config, context) {
    const { graph, name, at } = context;
    const preset = presets[config.preset];
    const settings = settingsOf(preset.bands, config);
    const count = config.coefficients ?? preset.coefficients;
    const { channels } = settings;
    if (count > channels)
      refuseApplication(`${at}.coefficients`, `${count} of ${channels} bands; at most as many are expected`);
    const hasEnergy = preset.first === "energy";
    const cosines = dctMatrix(count, channels, preset.scaling).map((row) =>
      row.map((value) => value * preset.factor),
    );
    // Behind the bands is the whole spectrum, of which coefficient 0 alone has something.
    const matrix = hasEnergy
      ? cosines.map((row, k) => (k === 0 ? [...row.map(() => 0), 1] : [...row, 0]))
      : cosines;
    const logs = melLogs(settings, context, hasEnergy);
    const write = graph.writer(name);
    const tensor = graph.under(logs.when, () => {
      const inputs = matrix[0]?.length ?? 0;
      const weights = write.constant(Float32Array.from(matrix.flat()), [count, inputs], "float32");
      const row = reshaped(write, logs.tensor, [1, inputs]);
      const output = write.node(fullyConnected, { activation: "none", keepAxes: true }, [
        row,
        weights,
        undefined,
      ]);
      return reshaped(write, output, [count]);
    });
    return { kind: "features", signal: { ...logs, tensor } };
  },
};
