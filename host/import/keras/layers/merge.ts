import type { FusedActivation } from "../../../graph/node.js";
import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { add } from "../../../ops/elementwise/add.js";
import { maximum, minimum } from "../../../ops/elementwise/arithmetic.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { sub } from "../../../ops/elementwise/sub.js";
import { batchMatmul } from "../../../ops/matrix/batch-matmul.js";
import { concatenation } from "../../../ops/movement/concatenation.js";
import type { Operator } from "../../../ops/operator.js";
import { l2Normalization } from "../../../ops/reduction/l2-normalization.js";
import { scaled } from "../../compose/arithmetic.js";
import { alongAxes, expanded } from "../../compose/axes.js";
import { reshaped, transposed } from "../../compose/movement.js";
import type { LayerBuilder } from "../layer-builder.js";
import { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping } from "./mapping.js";

/** Axes of length 1 behind the batch, until the input has so many. */
function ofRank(layer: LayerBuilder, input: Tensor, rank: number): Tensor {
  const missing = rank - input.shape.length;
  return expanded(
    layer,
    input,
    Array.from({ length: missing }, (_, i) => i + 1),
  );
}

/** Merges the inputs from the left, two at a time. */
function merged(
  operator: Operator<{ activation: FusedActivation }>,
  finish: (layer: LayerBuilder, merged: Tensor) => Tensor = (_, result) => result,
): Build {
  return (layer) => {
    const { inputs } = layer;
    requireThat(inputs.length >= 2, `the layer has ${inputs.length} input; at least 2 are expected`);
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    const [first, ...others] = inputs.map((input) => ofRank(layer, input, rank)) as [Tensor, ...Tensor[]];
    const result = others.reduce((a, b) => layer.node(operator, { activation: "none" }, [a, b]), first);
    return finish(layer, result);
  };
}

function concatenated(config: LayerConfig): Build {
  const [given] = config.integers("axis", 1, -32, -1) as [number];
  return (layer) => {
    const rank = layer.inputs[0]?.shape.length ?? 0;
    const axis = LayerConfig.axis(given, rank);
    if (axis < 1)
      throw new NotRunnable(`axis ${given} of inputs of rank ${rank} is not supported; 1 to ${rank - 1} are`);
    return layer.node(concatenation, { axis }, layer.inputs);
  };
}

/** One axis of a tensor put behind all others. */
function withLast(layer: LayerBuilder, input: Tensor, axis: number): Tensor {
  const order = input.shape.map((_, i) => i).filter((i) => i !== axis);
  return transposed(layer, input, [...order, axis]);
}

/** Products of two tensors summed along an axis of each, sample by sample, as cosines where rows are normalized first. */
function dot(config: LayerConfig): Build {
  const value = config.raw("axes");
  const axes = config.asIntegers("axes", Array.isArray(value) ? value : [value, value], -32);
  config.expect(axes.length === 2, `axes has ${axes.length} numbers; 2 are expected`);
  const isCosine = config.flag("normalize", false);
  return (layer) => {
    const { inputs } = layer;
    requireThat(inputs.length === 2, `the layer has ${inputs.length} inputs; 2 are expected`);
    const rows = inputs.map((input, i) => {
      const axis = LayerConfig.axis(axes[i] as number, input.shape.length);
      requireThat(axis >= 1, `axis ${axes[i]} of an input of ${input.shape.length} axes is not supported`);
      const normal = isCosine
        ? alongAxes(layer, input, [axis], (along) => layer.node(l2Normalization, {}, [along]))
        : input;
      return withLast(layer, normal, axis);
    }) as [Tensor, Tensor];
    const shapes = rows.map(({ shape }) => shape.slice(1, -1));
    const matrices = rows.map((row) => {
      const [batches, depth] = [row.shape[0] as number, row.shape.at(-1) as number];
      return reshaped(layer, row, [batches, row.shape.slice(1, -1).reduce((a, b) => a * b, 1), depth]);
    });
    const product = layer.node(batchMatmul, { transposeFirst: false, transposeSecond: true }, matrices);
    const shape = shapes.flat();
    return reshaped(layer, product, [product.shape[0] as number, ...(shape.length > 0 ? shape : [1])]);
  };
}

/** Layers that merge several inputs. */
export const mergeLayers: readonly LayerMapping[] = [
  { classNames: ["Add"], inputs: "several", read: () => merged(add) },
  { classNames: ["Subtract"], inputs: "several", read: () => merged(sub) },
  { classNames: ["Multiply"], inputs: "several", read: () => merged(mul) },
  { classNames: ["Maximum"], inputs: "several", read: () => merged(maximum) },
  { classNames: ["Minimum"], inputs: "several", read: () => merged(minimum) },
  {
    classNames: ["Average"],
    inputs: "several",
    read: () => merged(add, (layer, sum) => scaled(layer, sum, 1 / layer.inputs.length)),
  },
  { classNames: ["Concatenate"], inputs: "several", read: concatenated },
  { classNames: ["Dot"], inputs: "several", read: dot },
];
