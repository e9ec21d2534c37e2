import { z } from "zod";
import { cast } from "../../ops/conversion/cast.js";
import { dequantize } from "../../ops/conversion/dequantize.js";
import { duration, stageName } from "../fields.js";
import { framesOf } from "../framing.js";
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
    const real = graph.under(framed.when, () => {
      if (framed.tensor.dtype === "float32") return framed.tensor;
      return framed.tensor.quantization === undefined
        ? write.node(cast, { to: "float32" }, [framed.tensor])
        : write.node(dequantize, {}, [framed.tensor]);
    });
    return { kind: "features", signal: { ...framed, tensor: real } };
  },
};
