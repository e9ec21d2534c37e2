import type { TensorIndex } from "../../../graph/node.js";
import { NotRunnable } from "../../../graph/not-runnable.js";
import { add } from "../../../ops/elementwise/add.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { LayerConfig } from "../layer-config.js";
import type { LayerMapping } from "./mapping.js";

/**
 * Batch normalization at inference, `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, as a multiplication
 * and an addition of constants (Ioffe and Szegedy 2015). What can be folded into the node before is folded later.
 */
export const normalizationLayers: readonly LayerMapping[] = [
  {
    classNames: ["BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2"],
    read(config) {
      const [axis] = config.integers("axis", 1, -32, -1) as [number];
      const epsilon = config.number("epsilon", 1e-3);
      const scaled = config.flag("scale", true);
      const centered = config.flag("center", true);
      return (builder) => {
        const input = builder.inputs[0] as TensorIndex;
        const inputShape = builder.shape(input);
        if (LayerConfig.axis(axis, inputShape.length) !== inputShape.length - 1) {
          throw new NotRunnable(`normalization along axis ${axis} is not supported; the last axis is`);
        }
        const shape = [inputShape.at(-1) as number];
        const names = [
          ...(scaled ? ["gamma"] : []),
          ...(centered ? ["beta"] : []),
          "moving_mean",
          "moving_variance",
        ];
        const found = builder.weights(names.map((name) => ({ name, shape })));
        const weight = (name: string) => found[names.indexOf(name)]?.values;
        const variance = weight("moving_variance") as Float32Array;
        const factor = variance.map((value, n) => (weight("gamma")?.[n] ?? 1) / Math.sqrt(value + epsilon));
        if (!factor.every(Number.isFinite))
          throw new NotRunnable("the moving variance is negative, or zero without epsilon");
        const mean = weight("moving_mean") as Float32Array;
        const offset = mean.map((value, n) => (weight("beta")?.[n] ?? 0) - value * (factor[n] as number));
        const factorInput = builder.constant("factor", shape, () => factor);
        const product = builder.node(mul, { activation: "none" }, [input, factorInput], "scaled");
        const offsetInput = builder.constant("offset", shape, () => offset);
        return builder.node(add, { activation: "none" }, [product, offsetInput]);
      };
    },
  },
];
