import { z } from "zod";
import type { Tensor } from "../../graph/tensor.js";
import { differenceOf, quotientOf } from "../../import/compose/arithmetic.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { runningNormalize } from "../../ops/signal/running-normalize.js";
import { duration, stageName } from "../fields.js";
import type { StageKind } from "../stage.js";
import { countOf, refuseApplication } from "../times.js";
import { startedVariable, streamOf } from "./streams.js";

const schema = z.strictObject({
  type: z.literal("normalize"),
  from: stageName("The samples."),
  by: z
    .enum(["running", "fixed"])
    .default("running")
    .describe(
      "running: each channel's own mean and standard deviation, exponential over time. fixed: those that the file says.",
    ),
  over: duration.optional().describe("Of running: the time constant of mean and deviation; 10 s by default."),
  mean: z
    .array(z.number())
    .min(1)
    .optional()
    .describe("Of fixed: what is taken from each channel, or from all."),
  deviation: z
    .array(z.number().positive())
    .min(1)
    .optional()
    .describe("Of fixed: what each channel, or all, are divided by."),
});

type Config = z.infer<typeof schema>;

/** What is added to the running variance, so that a channel of one value is 0. */
const epsilon = 1e-6;

/** Numbers of a field, one for all channels or one each. Throws `application-invalid`. */
function perChannel(
  write: GraphWriter,
  numbers: readonly number[] | undefined,
  channels: number,
  at: string,
): Tensor {
  const found = numbers ?? refuseApplication(at, `numbers are expected, of each of ${channels} channels`);
  if (found.length !== 1 && found.length !== channels)
    refuseApplication(at, `${found.length} numbers for ${channels} channels; one, or one each, is expected`);
  return write.list(found);
}

/** Refuses fields of the other way. */
function refuseOthers(config: Config, at: string): void {
  const others = config.by === "running" ? (["mean", "deviation"] as const) : (["over"] as const);
  for (const field of others)
    if (config[field] !== undefined) refuseApplication(`${at}.${field}`, `"by": "${config.by}" has none`);
}

/** Samples less a mean, in standard deviations, each channel by itself, float32. */
export const normalize: StageKind<typeof schema> = {
  schema,
  gives: () => ({ up: 1, down: 1 }),
  compile(config, context) {
    const { name, at } = context;
    refuseOthers(config, at);
    return streamOf(context, (write, samples, { rate, channels }) => {
      if (config.by === "fixed") {
        const centred = differenceOf(write, samples, perChannel(write, config.mean, channels, `${at}.mean`));
        return quotientOf(write, centred, perChannel(write, config.deviation, channels, `${at}.deviation`));
      }
      const count = countOf(config.over ?? "10 s", rate, `${at}.over`, "samples", 2);
      return write.node(runningNormalize, { rate: 1 / count, epsilon, start: "first" }, [samples], {
        variables: [
          { name: `${name} mean and variance`, dtype: "float32", shape: [2, channels] },
          startedVariable(name),
        ],
      });
    });
  },
};
