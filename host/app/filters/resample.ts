import { z } from "zod";
import { signalWindow } from "../../numerics/cosines.js";
import { type RateChange, rateChange, resamplingFilter } from "../../numerics/fir.js";
import { resampleStream } from "../../ops/signal/resample-stream.js";
import { stageName } from "../fields.js";
import type { StageKind } from "../stage.js";
import { refuseApplication } from "../times.js";
import { startedVariable, streamOf } from "./streams.js";

const schema = z.strictObject({
  type: z.literal("resample"),
  from: stageName("The samples."),
  rate: z.number().positive().max(4e6).describe("Samples of each channel in a second that it gives."),
  crossings: z
    .int()
    .min(2)
    .max(32)
    .default(8)
    .describe(
      "Zero crossings of the filter on each side: with more of them it is steeper, and its samples come later, by so many samples of the lower rate.",
    ),
});

/** Numbers of which a ratio of rates is made, at most. */
const mostOfRatio = 2 ** 10;

/** The ratio of two rates. Throws `application-invalid` where it is none of such numbers. */
function changeOf({ rate }: { readonly rate: number }, from: number, at: string): RateChange {
  return (
    rateChange(from, rate, mostOfRatio) ??
    refuseApplication(
      `${at}.rate`,
      `${rate} Hz of ${from} Hz; a ratio of whole numbers up to ${mostOfRatio} is expected`,
    )
  );
}

/**
 * Samples at another rate, float32: what the lower rate does not have is filtered away by a windowed sinc, whose samples come later by
 * `crossings` of the lower rate. One run gives whole numbers of samples, so that hops are multiples of what makes one.
 */
export const resample: StageKind<typeof schema> = {
  schema,
  gives: changeOf,
  compile(config, context) {
    const { name, at } = context;
    const samples = streamOf(context, (write, tensor, { rate, channels }) => {
      const change = changeOf(config, rate, at);
      if (change.up === change.down) return tensor;
      const filter = resamplingFilter(change, config.crossings, (length) =>
        signalWindow("hamming", length, "symmetric"),
      );
      const history = Math.max(1, Math.ceil(filter.length / change.up) - 1);
      return write.node(resampleStream, { ...change, start: "first" }, [tensor, write.list(filter)], {
        variables: [
          { name: `${name} history`, dtype: "float32", shape: [history, channels] },
          startedVariable(name),
        ],
      });
    });
    return { ...samples, rate: config.rate };
  },
};
