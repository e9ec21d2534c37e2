import { z } from "zod";
import { maximum, minimum } from "../../ops/elementwise/arithmetic.js";
import { round } from "../../ops/elementwise/functions.js";
import type { StageKind } from "../stage.js";
import { countOf } from "../times.js";
import { decibels, melLogs, onLine } from "./mel.js";
import { edgeImpulseBands, librosaBands, melFields, settingsOf, tensorflowBands } from "./mel-fields.js";

const presets = { tensorflow: tensorflowBands, librosa: librosaBands, "edge-impulse": edgeImpulseBands };

/** What each preset makes of natural logarithms. */
const presetOutput = { tensorflow: "ln", librosa: "dB", "edge-impulse": "edge-impulse" } as const;

const schema = z.strictObject({
  type: z.literal("log-mel"),
  ...melFields,
  preset: z
    .enum(["tensorflow", "librosa", "edge-impulse"])
    .default("tensorflow")
    .describe(
      "Whose settings the others are by default: tensorflow, tf.signal's; librosa, its melspectrogram and power_to_db; edge-impulse, the block Audio (MFE) of version 4.",
    ),
  output: z
    .enum(["ln", "dB", "edge-impulse"])
    .optional()
    .describe(
      "ln: natural logarithms. dB: decibels of power. edge-impulse: decibels from the noise floor, 0, to 12 dB, 1, in steps of 1/256. The preset's by default.",
    ),
  noiseFloor: z.number().max(0).default(-52).describe("Of edge-impulse: decibels that become 0."),
});

/** Steps from 0 to 1 that Edge Impulse's spectrograms have, and decibels above 0 that become 1. */
const [steps, headroom] = [256, 12];

/**
 * Logarithms of bands of the mel scale, of windows over samples of one channel; a frame gives [channels].
 *
 * Source: TensorFlow, `tf.signal`; librosa, `feature.melspectrogram`; Edge Impulse, github.com/edgeimpulse/processing-blocks,
 * `mfe/dsp.py` and `mfe/parameters.json`.
 */
export const logMel: StageKind<typeof schema> = {
  schema,
  stride: ({ preset, stride }, rate, at) =>
    countOf(stride ?? presets[preset].stride, rate, `${at}.stride`, "samples"),
  compile(config, context) {
    const { graph, name } = context;
    const logs = melLogs(settingsOf(presets[config.preset], config), context, false);
    const output = config.output ?? presetOutput[config.preset];
    const write = graph.writer(name);
    const tensor = graph.under(logs.when, () => {
      if (output === "ln") return logs.tensor;
      if (output === "dB") return onLine(write, logs.tensor, decibels, 0);
      const span = headroom - config.noiseFloor;
      const stepped = onLine(
        write,
        logs.tensor,
        (steps * decibels) / span,
        (-steps * config.noiseFloor) / span,
      );
      const whole = write.node(round, {}, [stepped]);
      const none = { activation: "none" } as const;
      const limited = write.node(minimum, none, [
        write.node(maximum, none, [whole, write.scalar(0)]),
        write.scalar(steps - 1),
      ]);
      return onLine(write, limited, 1 / steps, 0);
    });
    return { kind: "features", signal: { ...logs, tensor } };
  },
};
