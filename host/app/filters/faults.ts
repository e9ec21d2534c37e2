import { z } from "zod";
import { cast } from "../../ops/conversion/cast.js";
import { gather } from "../../ops/movement/gather.js";
import { mean } from "../../ops/reduction/mean.js";
import { reduceMax } from "../../ops/reduction/reduce.js";
import { sampleFaultBits } from "../../ops/signal/sample-faults.js";
import { duration, stageName } from "../fields.js";
import { meanOfLast } from "../mean-of-last.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { runsOf } from "../times.js";
import { faultFields, faultsOf } from "./fault-fields.js";

const schema = z.strictObject({
  type: z.literal("faults"),
  from: stageName("The samples, as they come from the sensor."),
  ...faultFields,
  over: duration.default("1 s").describe("The time of which shares are, in whole runs."),
});

/** Names of the scores. */
const classes = Object.keys(sampleFaultBits) as (keyof typeof sampleFaultBits)[];

/** Rows of 0 and 1, by a sample's faults: which of the scores it counts for. */
const countsFor = Array.from(
  { length: 1 + Object.values(sampleFaultBits).reduce((all, bit) => all | bit, 0) },
  (_, faults) => classes.map((name) => ((faults & sampleFaultBits[name]) === 0 ? 0 : 1)),
);

/**
 * What share of the last samples was missing, stuck and clipped, of the channel that has most of each: three scores of these names, so
 * that a decision can tell a broken sensor. Before the first sample there was none.
 */
export const faults: StageKind<typeof schema> = {
  schema,
  compile(config, context) {
    const { graph, name, at, runSeconds, input } = context;
    const given = input("samples");
    const { signal } = given;
    const write = graph.writer(name);
    const tensor = graph.under(signal.when, () => {
      const found = faultsOf(config, write, asReal(write, signal.tensor), given, context);
      const rows = write.constant(
        Float32Array.from(countsFor.flat()),
        [countsFor.length, classes.length],
        "float32",
      );
      const numbers = write.node(cast, { to: "int32" }, [found.faults]);
      const counted = write.node(gather, { axis: 0, batchDims: 0, axes: 1 }, [rows, numbers]);
      const shares = write.node(mean, { axes: [0], keepDims: false }, [counted]);
      const times = runsOf(config.over, signal.period * runSeconds, `${at}.over`);
      return write.node(reduceMax, { axes: [0], keepDims: false }, [meanOfLast(write, shares, times)]);
    });
    return { kind: "scores", signal: { ...signal, tensor }, classes };
  },
};
