import type { FusedActivation } from "../../../graph/node.js";
import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { conv2d } from "../../../ops/convolution/conv-2d.js";
import { depthwiseConv2d } from "../../../ops/convolution/depthwise-conv-2d.js";
import type { KerasWeight } from "../container.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { readActivation } from "./activation.js";
import type { Build, LayerMapping } from "./mapping.js";
import {
  type ImageLayout,
  imageInput,
  imageOutput,
  readWindow,
  type SlidingWindow,
} from "./sliding-window.js";

/** HWIO to OHWI. */
export function toOhwi({ shape, values }: KerasWeight): Float32Array {
  const outputs = shape.at(-1) as number;
  const depth = values.length / outputs;
  const out = new Float32Array(values.length);
  for (let k = 0; k < depth; k++) {
    for (let n = 0; n < outputs; n++) out[n * depth + k] = values[k * outputs + n] as number;
  }
  return out;
}

function attributes(
  { window, padding }: SlidingWindow,
  inputShape: readonly number[],
  activation: FusedActivation,
) {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  return {
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padding: padding(inputShape),
    activation,
  };
}

/** A bias of so many channels, where the layer has one. */
export function biasShape(use: boolean, channels: number): { name: string; shape: number[] }[] {
  return use ? [{ name: "bias", shape: [channels] }] : [];
}

function readLayout(config: LayerConfig, axes: 1 | 2): ImageLayout {
  return { axes, channelsFirst: config.channelsFirst() };
}

/** Shape of a kernel in Keras: over one or two axes, then other lengths. */
function kernelShape<Length>({ window }: SlidingWindow, axes: 1 | 2, ...others: Length[]) {
  const { filterHeight, filterWidth } = window;
  return [...(axes === 2 ? [filterHeight] : []), filterWidth, ...others];
}

function convolution(config: LayerConfig, axes: 1 | 2): Build {
  config.plainKernel();
  const layout = readLayout(config, axes);
  const filters = config.integer("filters", 1);
  const groups = config.integer("groups", 1, 1);
  const sliding = readWindow(config, axes, "kernel_size");
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  const { filterHeight, filterWidth } = sliding.window;
  return (layer) => {
    const input = imageInput(layer, layout);
    const channels = (input.shape[3] as number) / groups;
    requireThat(Number.isInteger(channels), `${input.shape[3]} channels are not made of ${groups} groups`);
    const [kernel, bias] = layer.weights([
      { name: "kernel", shape: kernelShape(sliding, axes, channels, filters) },
      ...biasShape(useBias, filters),
    ]) as [KerasWeight, KerasWeight | undefined];
    const weights = layer.stored("kernel", [filters, filterHeight, filterWidth, channels], () =>
      toOhwi(kernel),
    );
    const inputs = [input, weights, layer.weight("bias", bias)];
    const output = layer.node(conv2d, attributes(sliding, input.shape, activation.fused), inputs);
    return imageOutput(layer, layout, activation.apply(layer, output));
  };
}

/**
 * The depthwise kernel [h, w, c, multiplier] as weights [1, h, w, c * multiplier]: output channel
 * `c * multiplier + m`, the very order in which Keras stores it.
 */
function depthwiseWeights(layer: LayerBuilder, kernel: KerasWeight, { window }: SlidingWindow): Tensor {
  const { filterHeight, filterWidth } = window;
  const outputs = kernel.values.length / (filterHeight * filterWidth);
  return layer.stored("depthwise_kernel", [1, filterHeight, filterWidth, outputs], () => kernel.values);
}

/** The config's `depth_multiplier`; undefined where the weight tells it, as TF.js leaves it out of a SeparableConv2D. */
function readMultiplier(config: LayerConfig): number | undefined {
  return config.raw("depth_multiplier") === undefined ? undefined : config.integer("depth_multiplier", 1);
}

function depthwise(config: LayerConfig, axes: 1 | 2): Build {
  const layout = readLayout(config, axes);
  const sliding = readWindow(config, axes, "kernel_size");
  const multiplier = readMultiplier(config);
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  return (layer) => {
    const input = imageInput(layer, layout);
    const channels = input.shape[3] as number;
    const expected = {
      name: "depthwise_kernel",
      otherName: "kernel", // in Keras 3
      shape: kernelShape(sliding, axes, channels, multiplier),
    };
    const [kernel] = layer.weights([expected]) as [KerasWeight];
    const outputs = channels * (kernel.shape.at(-1) as number);
    const [, bias] = layer.weights([expected, ...biasShape(useBias, outputs)]);
    const inputs = [input, depthwiseWeights(layer, kernel, sliding), layer.weight("bias", bias)];
    const output = layer.node(depthwiseConv2d, attributes(sliding, input.shape, activation.fused), inputs);
    return imageOutput(layer, layout, activation.apply(layer, output));
  };
}

/** One step at a time, nothing around. */
const pointwise = {
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
};

function separable(config: LayerConfig, axes: 1 | 2): Build {
  const layout = readLayout(config, axes);
  const filters = config.integer("filters", 1);
  const sliding = readWindow(config, axes, "kernel_size");
  const multiplier = readMultiplier(config);
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  return (layer) => {
    const input = imageInput(layer, layout);
    const channels = input.shape[3] as number;
    const expected = {
      name: "depthwise_kernel",
      shape: kernelShape(sliding, axes, channels, multiplier),
    };
    const [kernel] = layer.weights([expected]) as [KerasWeight];
    const between = channels * (kernel.shape.at(-1) as number);
    const ones = Array.from({ length: axes }, () => 1);
    const [, mixing, bias] = layer.weights([
      expected,
      { name: "pointwise_kernel", shape: [...ones, between, filters] },
      ...biasShape(useBias, filters),
    ]) as [KerasWeight, KerasWeight, KerasWeight | undefined];
    const middle = layer.node(depthwiseConv2d, attributes(sliding, input.shape, "none"), [
      input,
      depthwiseWeights(layer, kernel, sliding),
      undefined,
    ]);
    const weights = layer.stored("pointwise_kernel", [filters, 1, 1, between], () => toOhwi(mixing));
    const inputs = [middle, weights, layer.weight("bias", bias)];
    const output = layer.node(conv2d, { ...pointwise, activation: activation.fused }, inputs);
    return imageOutput(layer, layout, activation.apply(layer, output));
  };
}

/** Convolutions over one or two axes. */
export const convolutionLayers: readonly LayerMapping[] = [
  { classNames: ["Conv2D", "Convolution2D"], read: (config) => convolution(config, 2) },
  { classNames: ["Conv1D", "Convolution1D"], read: (config) => convolution(config, 1) },
  { classNames: ["DepthwiseConv2D"], read: (config) => depthwise(config, 2) },
  { classNames: ["DepthwiseConv1D"], read: (config) => depthwise(config, 1) },
  { classNames: ["SeparableConv2D", "SeparableConvolution2D"], read: (config) => separable(config, 2) },
  { classNames: ["SeparableConv1D", "SeparableConvolution1D"], read: (config) => separable(config, 1) },
];
