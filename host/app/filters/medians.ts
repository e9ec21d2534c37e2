import { z } from "zod";
import type { Tensor } from "../../graph/tensor.js";
import { hampel as hampelOperator } from "../../ops/signal/hampel.js";
import { medianFilter } from "../../ops/signal/median-filter.js";
import { stageName } from "../fields.js";
import type { StageKind } from "../stage.js";
import { startedVariable, streamOf } from "./streams.js";

const samplesField = z
  .int()
  .min(3)
  .max(255)
  .refine((count) => count % 2 === 1, "an odd number of samples");

const medianSchema = z.strictObject({
  type: z.literal("median"),
  from: stageName("The samples."),
  samples: samplesField.default(3).describe("How many of the last samples a median is of: an odd number."),
});

const hampelSchema = z.strictObject({
  type: z.literal("hampel"),
  from: stageName("The samples."),
  samples: samplesField
    .default(7)
    .describe("How many samples the median is of, the sample in their middle: an odd number."),
  threshold: z
    .number()
    .positive()
    .default(3)
    .describe("Standard deviations, as the median of deviations estimates them, beyond which it is taken."),
});

/** What a median over time keeps. */
const medianVariables = (name: string, samples: number, channels: number): Tensor[] => [
  { name: `${name} history`, dtype: "float32", shape: [samples - 1, channels] },
  startedVariable(name),
];

/** The median of the last samples, each channel by itself, float32: impulses shorter than half of them are gone, edges stay. */
export const median: StageKind<typeof medianSchema> = {
  schema: medianSchema,
  gives: () => ({ up: 1, down: 1 }),
  compile: ({ samples: window }, context) =>
    streamOf(context, (write, samples, { channels }) =>
      write.node(medianFilter, { window, start: "first" }, [samples], {
        variables: medianVariables(context.name, window, channels),
      }),
    ),
};

/**
 * Samples that are far from those around them replaced by their median, each channel by itself, float32; others stay as they are. They
 * come later by half of `samples`.
 *
 * Source: Pearson, Outliers in process modeling and identification, IEEE Transactions on Control Systems Technology, 2002.
 */
export const hampel: StageKind<typeof hampelSchema> = {
  schema: hampelSchema,
  gives: () => ({ up: 1, down: 1 }),
  compile: ({ samples: window, threshold }, context) =>
    streamOf(context, (write, samples, { channels }) =>
      write.node(hampelOperator, { window, threshold, start: "first" }, [samples], {
        variables: medianVariables(context.name, window, channels),
      }),
    ),
};
