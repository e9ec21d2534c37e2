import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { averagePool2d } from "../../../ops/convolution/average-pool-2d.js";
import { maxPool2d } from "../../../ops/convolution/max-pool-2d.js";
import type { Pool2dAttributes } from "../../../ops/convolution/pool-2d.js";
import type { Operator } from "../../../ops/operator.js";
import { mean } from "../../../ops/reduction/mean.js";
import { type ReduceAttributes, reduceMax, sum } from "../../../ops/reduction/reduce.js";
import { productOf, quotientOf } from "../../compose/arithmetic.js";
import { expanded } from "../../compose/axes.js";
import { joined, reshaped, sliced } from "../../compose/movement.js";
import { isTensor, type LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping } from "./mapping.js";
import { floats } from "./numbers.js";
import { imageInput, imageOutput, readWindow } from "./sliding-window.js";

function pool(config: LayerConfig, axes: 1 | 2, operator: Operator<Pool2dAttributes>): Build {
  const layout = { axes, channelsFirst: config.channelsFirst() };
  const { window, padding } = readWindow(config, axes, "pool_size");
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  return (layer) => {
    const input = imageInput(layer, layout);
    const attributes = {
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      padding: padding(input.shape),
      activation: "none" as const,
    };
    return imageOutput(layer, layout, layer.node(operator, attributes, [input]));
  };
}

/** Axes that a pool is over, of an input of that rank. */
function pooledAxes(rank: number, channelsFirst: boolean): number[] {
  return Array.from({ length: rank - 2 }, (_, i) => i + (channelsFirst ? 2 : 1));
}

/** The largest of an image's channels each, by the pool that has fast kernels. */
function globalMaxPool(layer: LayerBuilder, axes: 1 | 2, keepAxes: boolean): Tensor {
  const layout = { axes, channelsFirst: false };
  const input = imageInput(layer, layout);
  const [batches, height, width, channels] = input.shape as [number, number, number, number];
  const attributes = {
    filterHeight: height,
    filterWidth: width,
    strideHeight: 1,
    strideWidth: 1,
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    activation: "none" as const,
  };
  const output = layer.node(maxPool2d, attributes, [input]);
  return keepAxes ? imageOutput(layer, layout, output) : reshaped(layer, output, [batches, channels]);
}

function global(config: LayerConfig, axes: 1 | 2 | 3, operator: Operator<ReduceAttributes>): Build {
  const channelsFirst = config.channelsFirst();
  const keepDims = config.flag("keepdims", false);
  return (layer) => {
    const { input } = layer;
    const { length } = input.shape;
    requireThat(length === axes + 2, `the input has rank ${length}; ${axes + 2} is expected`);
    if (operator === reduceMax && axes < 3 && !channelsFirst)
      return globalMaxPool(layer, axes as 1 | 2, keepDims);
    return layer.node(operator, { axes: pooledAxes(length, channelsFirst), keepDims }, [input]);
  };
}

/** The average of the steps in time that a mask leaves, where there is one. */
function maskedAverage(plain: Build, keepDims: boolean): Build {
  return (layer) => {
    const mask = layer.argument("mask");
    if (!isTensor(mask)) return plain(layer);
    const weights = expanded(layer, floats(layer, mask), [-1]);
    const [total, count] = [productOf(layer, layer.input, weights), weights].map((tensor) =>
      layer.node(sum, { axes: [1], keepDims }, [tensor]),
    ) as [Tensor, Tensor];
    return quotientOf(layer, total, count);
  };
}

/** Averages or maxima of so many windows along an axis, which share its length as evenly as can be. */
function adaptiveAlong(
  layer: LayerBuilder,
  input: Tensor,
  axis: number,
  count: number,
  operator: Operator<ReduceAttributes>,
): Tensor {
  const length = input.shape[axis] as number;
  const parts = Array.from({ length: count }, (_, i) => {
    const begin = Math.floor((i * length) / count);
    const end = Math.ceil(((i + 1) * length) / count);
    const window = sliced(layer, input, axis, begin, end - begin);
    return end - begin === 1 ? window : layer.node(operator, { axes: [axis], keepDims: true }, [window]);
  });
  return joined(layer, parts, axis);
}

/** Windows of a pool that adapts to its input, at most: each is a node. */
const maxWindows = 64;

function adaptive(config: LayerConfig, axes: 1 | 2, operator: Operator<ReduceAttributes>): Build {
  const channelsFirst = config.channelsFirst();
  const sizes = config.integers("output_size", axes, 1);
  return (layer) => {
    const { length } = layer.input.shape;
    requireThat(length === axes + 2, `the input has rank ${length}; ${axes + 2} is expected`);
    requireThat(
      Math.max(...sizes) <= maxWindows,
      `output_size ${sizes} is not supported; up to ${maxWindows} is`,
    );
    return sizes.reduce((input, count, i) => {
      return adaptiveAlong(layer, input, i + (channelsFirst ? 2 : 1), count, operator);
    }, layer.input);
  };
}

/** Pooling layers. */
export const poolingLayers: readonly LayerMapping[] = [
  { classNames: ["MaxPooling2D", "MaxPool2D"], read: (config) => pool(config, 2, maxPool2d) },
  { classNames: ["AveragePooling2D", "AvgPool2D"], read: (config) => pool(config, 2, averagePool2d) },
  { classNames: ["MaxPooling1D", "MaxPool1D"], read: (config) => pool(config, 1, maxPool2d) },
  { classNames: ["AveragePooling1D", "AvgPool1D"], read: (config) => pool(config, 1, averagePool2d) },
  { classNames: ["GlobalMaxPooling2D", "GlobalMaxPool2D"], read: (config) => global(config, 2, reduceMax) },
  { classNames: ["GlobalMaxPooling1D", "GlobalMaxPool1D"], read: (config) => global(config, 1, reduceMax) },
  { classNames: ["GlobalMaxPooling3D", "GlobalMaxPool3D"], read: (config) => global(config, 3, reduceMax) },
  { classNames: ["GlobalAveragePooling2D", "GlobalAvgPool2D"], read: (config) => global(config, 2, mean) },
  {
    classNames: ["GlobalAveragePooling1D", "GlobalAvgPool1D"],
    parameters: ["inputs", "mask"],
    mask: "takes",
    read: (config) => maskedAverage(global(config, 1, mean), config.flag("keepdims", false)),
  },
  { classNames: ["GlobalAveragePooling3D", "GlobalAvgPool3D"], read: (config) => global(config, 3, mean) },
  { classNames: ["AdaptiveAveragePooling1D"], read: (config) => adaptive(config, 1, mean) },
  { classNames: ["AdaptiveAveragePooling2D"], read: (config) => adaptive(config, 2, mean) },
  { classNames: ["AdaptiveMaxPooling1D"], read: (config) => adaptive(config, 1, reduceMax) },
  { classNames: ["AdaptiveMaxPooling2D"], read: (config) => adaptive(config, 2, reduceMax) },
];
