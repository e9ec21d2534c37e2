import { z } from "zod";
import { elementCount } from "../../graph/tensor.js";
import { reshaped } from "../../import/compose/movement.js";
import { squaredDistances } from "../../ops/matrix/squared-distances.js";
import { gather } from "../../ops/movement/gather.js";
import { mean } from "../../ops/reduction/mean.js";
import { topK } from "../../ops/reduction/top-k.js";
import { stageName } from "../fields.js";
import { asReal } from "../reals.js";
import type { StageKind } from "../stage.js";
import { examplesOf } from "../tables.js";
import { refuseApplication } from "../times.js";

const schema = z.strictObject({
  type: z.literal("nearest"),
  from: stageName("The features."),
  examples: z
    .string()
    .min(1)
    .describe(
      "A .npy file beside the application's: rows of features, each with the number of its class behind them.",
    ),
  classes: z.array(z.string().min(1)).min(1).describe("Names of the classes, by their numbers."),
  k: z.int().min(1).default(3).describe("How many of the nearest examples are asked."),
});

/**
 * Classes of the nearest examples: the score of a class is its share of the k examples that lie nearest, by the sum of squared
 * differences; of equally near ones those that come first in the file. Source: T. Cover and P. Hart, *Nearest Neighbor Pattern
 * Classification*, 1967.
 */
export const nearest: StageKind<typeof schema> = {
  schema,
  tables: ["examples"],
  compile(config, { graph, name, at, input, table }) {
    const { signal } = input("features");
    const found = table(config.examples);
    const { rows, columns } = found;
    const { classes, k } = config;
    const count = elementCount(signal.tensor.shape);
    if (columns !== count + 1)
      refuseApplication(
        `${at}.examples`,
        `rows of ${columns} numbers; ${count + 1} are expected, as "${config.from}" gives, and the class`,
      );
    if (k > rows) refuseApplication(`${at}.k`, `${k}; there are ${rows} examples`);
    const examples = examplesOf(found, classes, (why) => refuseApplication(`${at}.examples`, why));
    const write = graph.writer(name);
    const tensor = graph.under(signal.when, () => {
      const features = Float32Array.from(examples.flatMap((example) => [...example.features]));
      const flags = examples.flatMap((example) => example.flags);
      const vectors = write.constant(features, [rows, count], "float32");
      const labels = write.constant(Float32Array.from(flags), [rows, classes.length], "float32");
      graph.refer(name, { kind: "neighbours", rows, columns: count, names: classes }, [vectors, labels]);
      const real = reshaped(write, asReal(write, signal.tensor), [1, count]);
      const apart = reshaped(write, write.node(squaredDistances, {}, [real, vectors]), [rows]);
      const sorted = { count: k, axis: 0, largest: false, index: "int32" } as const;
      const [, numbers] = write.nodes(topK, sorted, [apart]);
      const chosen = write.node(gather, { axis: 0, batchDims: 0, axes: 1 }, [
        labels,
        numbers as typeof apart,
      ]);
      return write.node(mean, { axes: [0], keepDims: false }, [chosen]);
    });
    return { kind: "scores", signal: { ...signal, tensor }, classes };
  },
};
