import type { TensorIndex } from "../../../graph/node.js";
import { averagePool2d } from "../../../ops/convolution/average-pool-2d.js";
import { maxPool2d } from "../../../ops/convolution/max-pool-2d.js";
import type { Pool2dAttributes } from "../../../ops/convolution/pool-2d.js";
import { reshape } from "../../../ops/movement/reshape.js";
import type { Operator } from "../../../ops/operator.js";
import { mean } from "../../../ops/reduction/mean.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import type { LayerMapping } from "./mapping.js";
import { imageInput, imageOutput, readWindow } from "./sliding-window.js";

function pool(
  config: LayerConfig,
  axes: 1 | 2,
  operator: Operator<Pool2dAttributes>,
): (builder: LayerBuilder) => TensorIndex {
  config.channelsLast();
  const { window, padding } = readWindow(config, axes, "pool_size");
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  return (builder) => {
    const input = imageInput(builder, axes);
    const attributes = {
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      padding: padding(builder.shape(input)),
      activation: "none" as const,
    };
    return imageOutput(builder, axes, builder.node(operator, attributes, [input]));
  };
}

function globalMax(config: LayerConfig, axes: 1 | 2): (builder: LayerBuilder) => TensorIndex {
  config.channelsLast();
  const keepAxes = config.flag("keepdims", false);
  return (builder) => {
    const input = imageInput(builder, axes);
    const [batches, height, width, channels] = builder.shape(input) as [number, number, number, number];
    const attributes = {
      filterHeight: height,
      filterWidth: width,
      strideHeight: 1,
      strideWidth: 1,
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
      activation: "none" as const,
    };
    const output = builder.node(maxPool2d, attributes, [input]);
    if (keepAxes) return imageOutput(builder, axes, output);
    return builder.node(reshape, { shape: [batches, channels] }, [output], "squeezed");
  };
}

function globalAverage(config: LayerConfig, axes: 1 | 2): (builder: LayerBuilder) => TensorIndex {
  config.channelsLast();
  const keepAxes = config.flag("keepdims", false);
  return (builder) => {
    const input = imageInput(builder, axes);
    const attributes = { axes: [1, 2], keepDims: keepAxes && axes === 2 };
    const output = builder.node(mean, attributes, [input]);
    if (!keepAxes || axes === 2) return output;
    const [batches, channels] = builder.shape(output) as [number, number];
    return builder.node(reshape, { shape: [batches, 1, channels] }, [output], "expanded");
  };
}

/** Pooling layers. */
export const poolingLayers: readonly LayerMapping[] = [
  { classNames: ["MaxPooling2D", "MaxPool2D"], read: (config) => pool(config, 2, maxPool2d) },
  { classNames: ["AveragePooling2D", "AvgPool2D"], read: (config) => pool(config, 2, averagePool2d) },
  { classNames: ["MaxPooling1D", "MaxPool1D"], read: (config) => pool(config, 1, maxPool2d) },
  { classNames: ["AveragePooling1D", "AvgPool1D"], read: (config) => pool(config, 1, averagePool2d) },
  { classNames: ["GlobalMaxPooling2D", "GlobalMaxPool2D"], read: (config) => globalMax(config, 2) },
  { classNames: ["GlobalMaxPooling1D", "GlobalMaxPool1D"], read: (config) => globalMax(config, 1) },
  { classNames: ["GlobalAveragePooling2D", "GlobalAvgPool2D"], read: (config) => globalAverage(config, 2) },
  { classNames: ["GlobalAveragePooling1D", "GlobalAvgPool1D"], read: (config) => globalAverage(config, 1) },
];
