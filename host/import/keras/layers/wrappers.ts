import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { notEqual } from "../../../ops/elementwise/comparisons.js";
import { reduceAny } from "../../../ops/reduction/reduce.js";
import { productOf } from "../../compose/arithmetic.js";
import { expanded } from "../../compose/axes.js";
import { reshaped } from "../../compose/movement.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping, ReadWrapped } from "./mapping.js";
import { floats } from "./numbers.js";

/** Steps in time as so many samples more. */
function folded(layer: LayerBuilder, input: Tensor): Tensor {
  const [batches = 1, steps = 1, ...rest] = input.shape;
  requireThat(rest.length > 0, `the input has ${input.shape.length} axes; at least 3 are expected`);
  return reshaped(layer, input, [batches * steps, ...rest]);
}

/** The reverse of `folded`, for what was made of an input. */
function unfolded(layer: LayerBuilder, output: Tensor, input: Tensor): Tensor {
  return reshaped(layer, output, [...input.shape.slice(0, 2), ...output.shape.slice(1)]);
}

/** A layer applied to each step. */
function timeDistributed(_: LayerConfig, __: string, wrapped: ReadWrapped): Build {
  const { name, className, build } = wrapped("layer");
  return (layer) => {
    const part = layer.part(["layer", "", name], className, [folded(layer, layer.input)]);
    return [build(part)].flat().map((output) => unfolded(layer, output, layer.input));
  };
}

/** A layer whose kernel training has normalized. */
function spectral(_: LayerConfig, __: string, wrapped: ReadWrapped): Build {
  const { name, className, build } = wrapped("layer");
  return (layer) => build(layer.part(["layer", "", name], className, [layer.input]));
}

/** Which steps in time have another number than one. */
const unmasked =
  (config: LayerConfig) =>
  (layer: LayerBuilder): Tensor => {
    const isKept = layer.node(notEqual, {}, [layer.input, layer.scalar(config.number("mask_value", 0))]);
    return layer.node(reduceAny, { axes: [-1], keepDims: false }, [isKept]);
  };

/** Steps in time of which all numbers are one are 0, and a mask tells which. */
function masking(config: LayerConfig): Build {
  const mask = unmasked(config);
  return (layer) => productOf(layer, layer.input, expanded(layer, floats(layer, mask(layer)), [-1]));
}

/** Layers around others, and those that only say something. */
export const wrapperLayers: readonly LayerMapping[] = [
  { classNames: ["TimeDistributed"], read: timeDistributed },
  { classNames: ["SpectralNormalization", "Wrapper"], read: spectral },
  {
    classNames: ["TimeDistributed.fold"],
    unlisted: true,
    anyDtype: true,
    read: () => (layer) => folded(layer, layer.input),
  },
  {
    classNames: ["TimeDistributed.unfold"],
    unlisted: true,
    inputs: "several",
    anyDtype: true,
    read: () => (layer) => {
      const [output, input] = layer.inputs as [Tensor, Tensor];
      return unfolded(layer, output, input);
    },
  },
  { classNames: ["Masking"], makesMask: unmasked, mask: "drops", read: masking },
  {
    classNames: ["Lambda"],
    unlisted: true,
    read(config) {
      config.refuse(
        "it is Python code, which only Python runs; write it with layers of Keras or functions of keras.ops",
      );
      return (layer) => layer.input;
    },
  },
];
