import type { FusedActivation, TensorIndex } from "../../../graph/node.js";
import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { add } from "../../../ops/elementwise/add.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { sub } from "../../../ops/elementwise/sub.js";
import { concatenation } from "../../../ops/movement/concatenation.js";
import type { Operator } from "../../../ops/operator.js";
import type { LayerBuilder } from "../layer-builder.js";
import { LayerConfig } from "../layer-config.js";
import type { LayerMapping } from "./mapping.js";

type Merge = (builder: LayerBuilder, a: TensorIndex, b: TensorIndex, suffix: string) => TensorIndex;

const binary =
  (operator: Operator<{ activation: FusedActivation }>): Merge =>
  (builder, a, b, suffix) =>
    builder.node(operator, { activation: "none" }, [a, b], suffix);

/** Merges the inputs from the left, two at a time; `last` makes the layer's output of the result. */
function reduceInputs(merge: Merge, finish?: (builder: LayerBuilder, merged: TensorIndex) => TensorIndex) {
  return (builder: LayerBuilder): TensorIndex => {
    const { inputs } = builder;
    requireThat(inputs.length >= 2, `the layer has ${inputs.length} input; at least 2 are expected`);
    const ranks = inputs.map((index) => builder.shape(index).length);
    requireThat(
      new Set(ranks).size === 1,
      `inputs of ranks ${ranks.join(" and ")} are not supported; equal ranks are`,
    );
    let merged = inputs[0] as TensorIndex;
    for (let i = 1; i < inputs.length; i++) {
      const last = i === inputs.length - 1 && finish === undefined;
      merged = merge(builder, merged, inputs[i] as TensorIndex, last ? "" : `merge${i}`);
    }
    return finish === undefined ? merged : finish(builder, merged);
  };
}

const suffixed = (suffix: string, part: string): string => (suffix === "" ? part : `${suffix}/${part}`);

/** `max(a, b) = a + relu(b - a)`. */
const maximum: Merge = (builder, a, b, suffix) => {
  const excess = builder.node(sub, { activation: "relu" }, [b, a], suffixed(suffix, "excess"));
  return builder.node(add, { activation: "none" }, [a, excess], suffix);
};

/** `min(a, b) = a - relu(a - b)`. */
const minimum: Merge = (builder, a, b, suffix) => {
  const excess = builder.node(sub, { activation: "relu" }, [a, b], suffixed(suffix, "excess"));
  return builder.node(sub, { activation: "none" }, [a, excess], suffix);
};

/** Layers that merge several inputs. */
export const mergeLayers: readonly LayerMapping[] = [
  { classNames: ["Add"], inputs: "several", read: () => reduceInputs(binary(add)) },
  { classNames: ["Subtract"], inputs: "several", read: () => reduceInputs(binary(sub)) },
  { classNames: ["Multiply"], inputs: "several", read: () => reduceInputs(binary(mul)) },
  { classNames: ["Maximum"], inputs: "several", read: () => reduceInputs(maximum) },
  { classNames: ["Minimum"], inputs: "several", read: () => reduceInputs(minimum) },
  {
    classNames: ["Average"],
    inputs: "several",
    read: () =>
      reduceInputs(binary(add), (builder, sum) => {
        const share = builder.constant("share", [1], () => Float32Array.of(1 / builder.inputs.length));
        return builder.node(mul, { activation: "none" }, [sum, share]);
      }),
  },
  {
    classNames: ["Concatenate"],
    inputs: "several",
    read(config) {
      const [given] = config.integers("axis", 1, -32, -1) as [number];
      return (builder) => {
        const rank = builder.shape(builder.inputs[0] as TensorIndex).length;
        const axis = LayerConfig.axis(given, rank);
        if (axis < 1)
          throw new NotRunnable(
            `axis ${given} of inputs of rank ${rank} is not supported; 1 to ${rank - 1} are`,
          );
        return builder.node(concatenation, { axis }, builder.inputs);
      };
    },
  },
];
