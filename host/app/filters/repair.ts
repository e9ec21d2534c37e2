import { z } from "zod";
import { stageName } from "../fields.js";
import type { StageKind } from "../stage.js";
import { faultFields, faultsOf } from "./fault-fields.js";
import { streamOf } from "./streams.js";

const schema = z.strictObject({
  type: z.literal("repair"),
  from: stageName("The samples."),
  ...faultFields,
});

/** Samples in which the last good one of the channel, or 0, stands for those that are missing, stuck or clipped, float32. */
export const repair: StageKind<typeof schema> = {
  schema,
  gives: () => ({ up: 1, down: 1 }),
  compile: (config, context) =>
    streamOf(context, (write, samples, given) => faultsOf(config, write, samples, given, context).repaired),
};
