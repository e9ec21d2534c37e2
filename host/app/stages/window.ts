import { z } from "zod";
import { duration, stageName } from "../fields.js";
import { framesOf } from "../framing.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { countOf } from "../times.js";

const schema = z.strictObject({
  type: z.literal("window"),
  from: stageName("The samples."),
  length: duration.describe("How much of the samples a window has."),
  stride: duration.describe("From one window to the next."),
});

/** Windows of samples as features, float32: all channels of one time after those of the time before. */
export const window: StageKind<typeof schema> = {
  schema,
  stride: ({ stride }, rate, at) => countOf(stride, rate, `${at}.stride`, "samples"),
  compile(config, { graph, name, at, input }) {
    const { signal, rate, channels } = input("samples");
    const frame = channels * countOf(config.length, rate, `${at}.length`, "samples");
    const stride = channels * countOf(config.stride, rate, `${at}.stride`, "samples");
    const framed = framesOf(graph, signal, { frame, stride }, name);
    const write = graph.writer(`${name} numbers`);
    const real = graph.under(framed.when, () => asReal(write, framed.tensor));
    return { kind: "features", signal: { ...framed, tensor: real } };
  },
};
