import { z } from "zod";
import type { Tensor } from "../../graph/tensor.js";
import { readAt } from "../../import/compose/indices.js";
import { cast } from "../../ops/conversion/cast.js";
import { add } from "../../ops/elementwise/add.js";
import { minimum } from "../../ops/elementwise/arithmetic.js";
import { greater } from "../../ops/elementwise/comparisons.js";
import { select } from "../../ops/elementwise/select.js";
import { concatenation } from "../../ops/movement/concatenation.js";
import { reshape } from "../../ops/movement/reshape.js";
import { assignVariable, readVariable } from "../../ops/recurrent/variable.js";
import { sum } from "../../ops/reduction/reduce.js";
import { duration, stageName } from "../fields.js";
import type { StageKind } from "../stage.js";
import { runsOf } from "../times.js";

const most = 64;

const schema = z.strictObject({
  type: z.literal("count"),
  from: stageName("The decision whose events are counted."),
  within: duration.describe("How far back they are counted, in whole runs."),
  most: z.int().min(1).max(most).default(8).describe("How far they are counted: more count as this many."),
});

/**
 * How often each event of a decision began in the last time, the present run among it: scores by the events' names, so that a decision can
 * ask for three knocks in two seconds. The ages of the last beginnings are kept in runs.
 */
export const count: StageKind<typeof schema> = {
  schema,
  compile(config, { graph, name, at, runSeconds, input }) {
    const { begins, names } = input("events");
    const write = graph.writer(name);
    const events = names.length;
    const within = runsOf(config.within, runSeconds, `${at}.within`);
    const shape = [config.most, events];
    const old: Tensor = {
      name: `${name} ages`,
      dtype: "int32",
      shape,
      data: new Int32Array(config.most * events).fill(within),
    };
    const none = { activation: "none" } as const;
    const kept = write.node(readVariable, {}, [], { output: { dtype: "int32", shape }, variables: [old] });
    const whole = write.constant(Int32Array.of(within), [1, 1], "int32");
    const one = write.constant(Int32Array.of(1), [1, 1], "int32");
    const older = write.node(minimum, none, [write.node(add, none, [kept, one]), whole]);
    const begun = write.node(reshape, { shape: [1, events] }, [begins]);
    const newest = write.constant(new Int32Array(events), [1, events], "int32");
    const others = Array.from({ length: config.most - 1 }, (_, i) => i);
    const later =
      others.length === 0
        ? newest
        : write.node(concatenation, { axis: 0 }, [
            newest,
            readAt(write, older, [{ axis: 0, indices: others }]),
          ]);
    const ages = write.node(select, {}, [begun, later, older]);
    write.nodes(assignVariable, {}, [ages], { variables: [old] });
    const counted = write.node(cast, { to: "float32" }, [write.node(greater, {}, [whole, ages])]);
    const tensor = write.node(sum, { axes: [0], keepDims: false }, [counted]);
    return { kind: "scores", signal: { tensor, when: [], period: 1 }, classes: names };
  },
};
