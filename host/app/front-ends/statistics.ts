import { z } from "zod";
import { elementCount } from "../../graph/tensor.js";
import { reshaped } from "../../import/compose/movement.js";
import { statisticNames, statistics as statisticsOperator } from "../../ops/signal/statistics.js";
import { duration, stageName } from "../fields.js";
import { framesOf } from "../framing.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { countOf, refuseApplication } from "../times.js";

const schema = z.strictObject({
  type: z.literal("statistics"),
  from: stageName("The samples: each channel has statistics of its own."),
  window: duration.default("1 s").describe("How much of the samples statistics are of."),
  stride: duration.default("1 s").describe("From one window to the next."),
  of: z
    .array(z.enum(statisticNames))
    .min(1)
    .default(["mean", "standardDeviation", "minimum", "maximum"])
    .describe("Which ones, in the order in which they are given, each once."),
});

/**
 * Statistics of windows of samples, float32: of the first channel all of them, in order, then of the next. Moments are the samples'
 * own, not estimates of a population's, and the kurtosis of a normal distribution is 0.
 */
export const statistics: StageKind<typeof schema> = {
  schema,
  stride: ({ stride }, rate, at) => countOf(stride, rate, `${at}.stride`, "samples"),
  compile({ window, stride, of }, { graph, name, at, input }) {
    const { signal, rate, channels } = input("samples");
    const twice = of.findIndex((statistic, i) => of.indexOf(statistic) < i);
    if (twice >= 0) refuseApplication(`${at}.of.${twice}`, `${of[twice]} is there twice; once is expected`);
    const time = countOf(window, rate, `${at}.window`, "samples");
    const framing = {
      frame: time * channels,
      stride: channels * countOf(stride, rate, `${at}.stride`, "samples"),
      shape: [time, channels],
    };
    const framed = framesOf(graph, signal, framing, `${name} window`);
    const write = graph.writer(name);
    const tensor = graph.under(framed.when, () => {
      const all = write.node(statisticsOperator, { of }, [asReal(write, framed.tensor)]);
      return reshaped(write, all, [elementCount(all.shape)]);
    });
    return { kind: "features", signal: { ...framed, tensor } };
  },
};
