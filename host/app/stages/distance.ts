import { z } from "zod";
import { elementCount } from "../../graph/tensor.js";
import { differenceOf, quotientOf } from "../../import/compose/arithmetic.js";
import { reshaped } from "../../import/compose/movement.js";
import { sqrt, square } from "../../ops/elementwise/functions.js";
import { squaredDistances } from "../../ops/matrix/squared-distances.js";
import { mean } from "../../ops/reduction/mean.js";
import { reduceMin } from "../../ops/reduction/reduce.js";
import { stageName } from "../fields.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { refuseApplication } from "../times.js";

const schema = z.strictObject({
  type: z.literal("distance"),
  from: stageName("The features."),
  baseline: z
    .string()
    .min(1)
    .describe("A .npy file beside the application's: rows of features as they are when all is well."),
  measure: z
    .enum(["deviation", "nearest"])
    .default("deviation")
    .describe(
      "deviation: the root of the mean squared difference from the rows' mean, each feature in standard deviations of the rows. nearest: the distance to the nearest row.",
    ),
});

/** Mean and standard deviation of each column; where a column never changes, 1. */
export function momentsOf(values: Float32Array, rows: number, columns: number) {
  const column = (at: number) =>
    Array.from({ length: rows }, (_, row) => values[row * columns + at] as number);
  const moments = Array.from({ length: columns }, (_, at) => {
    const all = column(at);
    const centre = all.reduce((sum, value) => sum + value, 0) / rows;
    const spread = Math.sqrt(all.reduce((sum, value) => sum + (value - centre) ** 2, 0) / rows);
    return { centre, spread: spread > 0 ? spread : 1 };
  });
  return { centres: moments.map(({ centre }) => centre), spreads: moments.map(({ spread }) => spread) };
}

/** How far features are from those of a baseline: one score, 0 for none. */
export const distance: StageKind<typeof schema> = {
  schema,
  tables: ["baseline"],
  compile(config, { graph, name, at, input, table }) {
    const { signal } = input("features");
    const { rows, columns, values } = table(config.baseline);
    const count = elementCount(signal.tensor.shape);
    if (columns !== count)
      refuseApplication(
        `${at}.baseline`,
        `rows of ${columns} numbers; ${count} are expected, as "${config.from}" gives`,
      );
    const write = graph.writer(name);
    const tensor = graph.under(signal.when, () => {
      const real = asReal(write, signal.tensor);
      if (config.measure === "nearest") {
        const vectors = write.constant(values, [rows, columns], "float32");
        graph.refer(name, { kind: "rows", rows, columns }, [vectors]);
        const all = write.node(squaredDistances, {}, [reshaped(write, real, [1, count]), vectors]);
        const nearest = write.node(reduceMin, { axes: [0], keepDims: true }, [reshaped(write, all, [rows])]);
        return write.node(sqrt, {}, [nearest]);
      }
      const { centres, spreads } = momentsOf(values, rows, columns);
      const [from, by] = [write.list(centres), write.list(spreads)];
      graph.refer(name, { kind: "moments", rows: 1, columns }, [from, by]);
      const apart = differenceOf(write, reshaped(write, real, [count]), from);
      const squares = write.node(square, {}, [quotientOf(write, apart, by)]);
      return write.node(sqrt, {}, [write.node(mean, { axes: [0], keepDims: true }, [squares])]);
    });
    return { kind: "scores", signal: { ...signal, tensor } };
  },
};
