import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { l2Normalization } from "../../../ops/reduction/l2-normalization.js";
import { productOf } from "../../compose/arithmetic.js";
import { alongAxes } from "../../compose/axes.js";
import { reshaped } from "../../compose/movement.js";
import { affine, rootMeanSquareNormalized, standardized } from "../../compose/normalization.js";
import type { LayerBuilder } from "../layer-builder.js";
import { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping } from "./mapping.js";
import { channelsBack, channelsLast } from "./sliding-window.js";

/** One axis or several, of a config, among those of an input. Throws `NotRunnable`. */
function axesOf(given: readonly number[], rank: number): number[] {
  return given.map((axis) => {
    const positive = LayerConfig.axis(axis, rank);
    requireThat(positive >= 0, `axis ${axis} is not one of an input of ${rank} axes`);
    return positive;
  });
}

function readAxes(config: LayerConfig, otherwise = -1): number[] {
  const value = config.raw("axis") ?? otherwise;
  return config.asIntegers("axis", Array.isArray(value) ? value : [value], -32);
}

/** Lengths of an input's axes that are named, and 1 for all others, without leading ones. */
function lengthsAlong(shape: readonly number[], axes: readonly number[]): number[] {
  const lengths = shape.map((length, axis) => (axes.includes(axis) ? length : 1));
  return lengths.slice(Math.min(...axes));
}

/** Weights of the layer that are there by its config, by their names. */
function found(
  layer: LayerBuilder,
  names: readonly (string | false)[],
  shape: readonly number[],
): (name: string) => Float32Array | undefined {
  const present = names.filter((name) => name !== false);
  const weights = layer.weights(present.map((name) => ({ name, shape })));
  return (name) => weights[present.indexOf(name)]?.values;
}

/**
 * Batch normalization at inference, `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, as a multiplication
 * and an addition of constants (Ioffe and Szegedy 2015). What can be folded into the node before is folded later.
 */
function batchNormalization(config: LayerConfig): Build {
  const given = readAxes(config);
  const epsilon = config.number("epsilon", 1e-3);
  const names = [
    config.flag("scale", true) && "gamma",
    config.flag("center", true) && "beta",
    "moving_mean",
    "moving_variance",
  ];
  return (layer) => {
    const { shape } = layer.input;
    const axes = axesOf(given, shape.length);
    requireThat(
      axes.length === 1 && !axes.includes(0),
      `normalization along axis ${given} is not supported; one axis but the batch's is`,
    );
    const lengths = lengthsAlong(shape, axes);
    const weight = found(layer, names, [shape[axes[0] as number] as number]);
    const variance = weight("moving_variance") as Float32Array;
    const factor = variance.map((value, n) => (weight("gamma")?.[n] ?? 1) / Math.sqrt(value + epsilon));
    if (!factor.every(Number.isFinite))
      throw new NotRunnable("the moving variance is negative, or zero without epsilon");
    const mean = weight("moving_mean") as Float32Array;
    const offset = mean.map((value, n) => (weight("beta")?.[n] ?? 0) - value * (factor[n] as number));
    return affine(
      layer,
      layer.input,
      layer.stored("factor", lengths, () => factor),
      layer.stored("offset", lengths, () => offset),
    );
  };
}

/** A constant that is a weight in another shape; undefined where there is none. */
function shapedWeight(
  layer: LayerBuilder,
  name: string,
  values: Float32Array | undefined,
  shape: readonly number[],
): Tensor | undefined {
  return values && layer.stored(name, shape, () => values);
}

/** Normalization by mean and variance of each sample, over the last axes or others (Ba, Kiros and Hinton 2016). */
function layerNormalization(config: LayerConfig): Build {
  const given = readAxes(config);
  const epsilon = config.number("epsilon", 1e-3);
  const isRms = config.flag("rms_scaling", false);
  const names = [
    (config.flag("scale", true) || isRms) && "gamma",
    config.flag("center", true) && !isRms && "beta",
  ];
  return (layer) => {
    const { input } = layer;
    const axes = axesOf(given, input.shape.length);
    const weight = found(
      layer,
      names,
      axes.map((axis) => input.shape[axis] as number),
    );
    const lengths = lengthsAlong(input.shape, axes);
    const gamma = shapedWeight(layer, "gamma", weight("gamma"), lengths);
    if (isRms) {
      const { inverseDeviation } = standardized(layer, input, axes, epsilon);
      return affine(layer, productOf(layer, input, inverseDeviation), gamma, undefined);
    }
    const beta = shapedWeight(layer, "beta", weight("beta"), lengths);
    return affine(layer, standardized(layer, input, axes, epsilon).output, gamma, beta);
  };
}

function rmsNormalization(config: LayerConfig): Build {
  const given = readAxes(config);
  const epsilon = config.number("epsilon", 1e-6);
  return (layer) => {
    const { input } = layer;
    const axes = axesOf(given, input.shape.length);
    const shape = axes.map((axis) => input.shape[axis] as number);
    const weight = found(layer, ["scale"], shape);
    const scale = shapedWeight(layer, "scale", weight("scale"), lengthsAlong(input.shape, axes));
    return affine(layer, rootMeanSquareNormalized(layer, input, axes, epsilon), scale, undefined);
  };
}

/** Normalization over groups of channels and all positions (Wu and He 2018). */
function groupNormalization(config: LayerConfig): Build {
  const [axis] = config.integers("axis", 1, -32, -1) as [number];
  const wanted = config.integer("groups", -1, 32);
  const epsilon = config.number("epsilon", 1e-3);
  const names = [config.flag("scale", true) && "gamma", config.flag("center", true) && "beta"];
  return (layer) => {
    const rank = layer.input.shape.length;
    const isFirst = LayerConfig.axis(axis, rank) === 1 && rank > 2;
    requireThat(
      isFirst || LayerConfig.axis(axis, rank) === rank - 1,
      `normalization of groups along axis ${axis} is not supported; the first behind the batch, or the last, is`,
    );
    const input = channelsLast(layer, layer.input, isFirst);
    const [batches = 1, ...others] = input.shape;
    const channels = others.at(-1) as number;
    const groups = wanted === -1 ? channels : wanted;
    requireThat(channels % groups === 0, `${channels} channels are not made of ${groups} groups`);
    const positions = elementCount(others) / channels;
    const grouped = reshaped(layer, input, [batches, positions, groups, channels / groups]);
    const normal = reshaped(layer, standardized(layer, grouped, [1, 3], epsilon).output, input.shape);
    const weight = found(layer, names, [channels]);
    const [gamma, beta] = ["gamma", "beta"].map((name) =>
      shapedWeight(layer, name, weight(name), [channels]),
    );
    return channelsBack(layer, affine(layer, normal, gamma, beta), isFirst);
  };
}

/** Rows of length 1, along one axis or several as one. */
function unitNormalization(config: LayerConfig): Build {
  const given = readAxes(config);
  return (layer) => {
    const axes = axesOf(given, layer.input.shape.length);
    return alongAxes(layer, layer.input, axes, (rows) => layer.node(l2Normalization, {}, [rows]));
  };
}

/** A list of numbers of a config, however deep; undefined where it is absent. */
function numbersOf(config: LayerConfig, field: string): Float32Array | undefined {
  const value = config.raw(field);
  if (value === undefined) return undefined;
  const list = (Array.isArray(value) ? value.flat(32) : [value]).map(Number);
  config.expect(list.every(Number.isFinite), `${field} has what is no number`);
  return Float32Array.from(list);
}

/** Keras's epsilon, the least standard deviation that `Normalization` divides by. */
const leastDeviation = 1e-7;

/** Data normalized by means and variances that were seen before, or the reverse. */
function normalization(config: LayerConfig): Build {
  const given = config.raw("axis") === undefined && config.has("axis") ? [] : readAxes(config);
  const isReverse = config.flag("invert", false);
  const [mean, variance] = [numbersOf(config, "mean"), numbersOf(config, "variance")];
  return (layer) => {
    const { shape } = layer.input;
    const axes = axesOf(given, shape.length);
    const lengths = axes.length === 0 ? [] : lengthsAlong(shape, axes);
    const open = axes.map((axis) => shape[axis] as number);
    const weight = mean === undefined ? found(layer, ["mean", "variance"], open) : undefined;
    const values = (name: string, own: Float32Array | undefined): Float32Array => {
      const known = weight?.(name) ?? own ?? new Float32Array(0);
      const count = elementCount(lengths);
      requireThat(
        known.length === count || known.length === 1,
        `${name} has ${known.length} numbers, not ${count}`,
      );
      return Float32Array.from({ length: count }, (_, i) => known[known.length === 1 ? 0 : i] as number);
    };
    const average = values("mean", mean);
    const deviation = values("variance", variance).map((value) => Math.max(Math.sqrt(value), leastDeviation));
    const factor = deviation.map((value) => (isReverse ? value : 1 / value));
    const offset = average.map((value, i) => (isReverse ? value : -value / (deviation[i] as number)));
    return affine(
      layer,
      layer.input,
      layer.stored("factor", lengths, () => factor),
      layer.stored("offset", lengths, () => offset),
    );
  };
}

/** Normalizations. */
export const normalizationLayers: readonly LayerMapping[] = [
  {
    classNames: [
      "BatchNormalization",
      "BatchNormalizationV1",
      "BatchNormalizationV2",
      "SyncBatchNormalization",
    ],
    parameters: ["inputs", "mask"],
    read: batchNormalization,
  },
  { classNames: ["LayerNormalization"], read: layerNormalization },
  { classNames: ["RMSNormalization"], read: rmsNormalization },
  { classNames: ["GroupNormalization"], read: groupNormalization },
  { classNames: ["UnitNormalization"], read: unitNormalization },
  { classNames: ["Normalization"], read: normalization },
];
