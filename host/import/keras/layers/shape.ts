import { requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { sliceView, wholeView } from "../../../numerics/strided-view.js";
import { pad } from "../../../ops/movement/pad.js";
import { reshape } from "../../../ops/movement/reshape.js";
import { resizeBilinear } from "../../../ops/movement/resize-bilinear.js";
import { expanded } from "../../compose/axes.js";
import { transposed, viewed } from "../../compose/movement.js";
import { repeated, tiled } from "../../compose/nearest.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping } from "./mapping.js";
import { channelsBack, channelsLast } from "./sliding-window.js";

/** A shape whose one -1 is what remains of `count` elements. Throws `NotRunnable` where they do not fit. */
export function resolveShape(target: readonly number[], count: number): number[] {
  const known = target.filter((length) => length !== -1).reduce((product, length) => product * length, 1);
  requireThat(target.filter((length) => length === -1).length <= 1, "target_shape has more than one -1");
  const shape = target.map((length) => (length === -1 ? count / known : length));
  requireThat(
    shape.every((length) => Number.isInteger(length) && length >= 1) && elementCount(shape) === count,
    `target_shape [${target.join(", ")}] does not hold the input's ${count} elements`,
  );
  return shape;
}

/** `target_shape`, with the length that is left open as -1: Keras writes it so, TF.js as null. */
function readTarget(config: LayerConfig): number[] {
  const target = config.list("target_shape").map((length) => length ?? -1);
  return config.asIntegers("target_shape", target, -1);
}

/** What is put before and after an axis, or taken away. */
type Sides = readonly [before: number, after: number];

/**
 * Sides of axes as Keras writes them: one number for all, a number for each axis, or two for each. Of one axis, a list is
 * its two sides.
 */
function readSides(config: LayerConfig, field: string, axes: number): Sides[] {
  const value = config.raw(field);
  const pairs = axes === 1 && Array.isArray(value) && value.length === 2 ? [value] : value;
  if (Array.isArray(pairs) && pairs.some(Array.isArray)) {
    const sides = pairs.map((pair) => (Array.isArray(pair) ? pair : [pair, pair]));
    const isWhole = sides.every(
      (pair) => pair.length === 2 && pair.every((side) => Number.isInteger(side) && side >= 0),
    );
    config.expect(sides.length === axes, `${field} has ${sides.length} pairs; ${axes} are expected`);
    config.expect(isWhole, `${field} has what is no pair of whole numbers of at least 0`);
    return sides as unknown as Sides[];
  }
  return config.integers(field, axes, 0, 1).map((side): Sides => [side, side]);
}

/** Number of the first of the axes over which a layer goes. */
const firstAxis = (channelsFirst: boolean): number => (channelsFirst ? 2 : 1);

function requireRank({ input }: LayerBuilder, rank: number): void {
  const { length } = input.shape;
  requireThat(length === rank, `the input has rank ${length}; ${rank} is expected`);
}

function zeroPadding(config: LayerConfig, axes: number): Build {
  const first = firstAxis(axes > 1 && config.channelsFirst());
  const sides = readSides(config, "padding", axes);
  return (layer) => {
    requireRank(layer, axes + 2);
    const side = (end: 0 | 1) => layer.input.shape.map((_, axis) => sides[axis - first]?.[end] ?? 0);
    return layer.node(pad, { before: side(0), after: side(1), value: 0 }, [layer.input]);
  };
}

function cropping(config: LayerConfig, axes: number): Build {
  const first = firstAxis(axes > 1 && config.channelsFirst());
  const sides = readSides(config, "cropping", axes);
  return (layer) => {
    requireRank(layer, axes + 2);
    const view = sides.reduce((result, [before, after], i) => {
      const length = (layer.input.shape[first + i] as number) - before - after;
      return sliceView(result, first + i, before, length);
    }, wholeView(layer.input.shape));
    return viewed(layer, layer.input, view);
  };
}

/** An image, NHWC, resized with bilinear interpolation between the centres of pixels. */
export function bilinear(layer: LayerBuilder, input: Tensor, height: number, width: number): Tensor {
  const resizing = { alignCorners: false, halfPixelCenters: true };
  return layer.node(resizeBilinear, { height, width, ...resizing }, [input]);
}

function upSampling(config: LayerConfig, axes: number): Build {
  const channelsFirst = axes > 1 && config.channelsFirst();
  const factors = config.integers("size", axes, 1, 2);
  const kind = axes === 2 ? config.oneOf("interpolation", ["nearest", "bilinear"], "nearest") : "nearest";
  return (layer) => {
    requireRank(layer, axes + 2);
    if (kind === "bilinear") {
      const input = channelsLast(layer, layer.input, channelsFirst);
      const [height, width] = factors.map((factor, i) => factor * (input.shape[i + 1] as number));
      return channelsBack(layer, bilinear(layer, input, height as number, width as number), channelsFirst);
    }
    return factors.reduce(
      (result, factor, i) => repeated(layer, result, firstAxis(channelsFirst) + i, factor),
      layer.input,
    );
  };
}

function permuted(config: LayerConfig): Build {
  const order = config.asIntegers("dims", config.list("dims"), 1);
  return (layer) => transposed(layer, layer.input, [0, ...order]);
}

/** Layers that change a tensor's shape, repeat its elements, or leave some out. */
export const shapeLayers: readonly LayerMapping[] = [
  {
    classNames: ["Flatten"],
    mask: "drops",
    read(config) {
      const channelsFirst = config.channelsFirst();
      return (layer) => {
        const input = channelsLast(layer, layer.input, channelsFirst);
        const [batches = 1, ...rest] = input.shape;
        return layer.node(reshape, { shape: [batches, elementCount(rest)] }, [input]);
      };
    },
  },
  {
    classNames: ["Reshape"],
    mask: "drops",
    read(config) {
      const target = readTarget(config);
      return (layer) => {
        const [batches = 1, ...rest] = layer.input.shape;
        const shape = [batches, ...resolveShape(target, elementCount(rest))];
        return layer.node(reshape, { shape }, [layer.input]);
      };
    },
  },
  { classNames: ["Permute"], mask: "drops", read: permuted },
  {
    classNames: ["RepeatVector"],
    mask: "drops",
    read(config) {
      const times = config.integer("n", 1);
      return (layer) => {
        requireRank(layer, 2);
        return tiled(layer, expanded(layer, layer.input, [1]), 1, times);
      };
    },
  },
  { classNames: ["ZeroPadding1D"], read: (config) => zeroPadding(config, 1) },
  { classNames: ["ZeroPadding2D"], read: (config) => zeroPadding(config, 2) },
  { classNames: ["ZeroPadding3D"], read: (config) => zeroPadding(config, 3) },
  { classNames: ["Cropping1D"], read: (config) => cropping(config, 1) },
  { classNames: ["Cropping2D"], read: (config) => cropping(config, 2) },
  { classNames: ["Cropping3D"], read: (config) => cropping(config, 3) },
  { classNames: ["UpSampling1D"], read: (config) => upSampling(config, 1) },
  { classNames: ["UpSampling2D"], read: (config) => upSampling(config, 2) },
  { classNames: ["UpSampling3D"], read: (config) => upSampling(config, 3) },
];
