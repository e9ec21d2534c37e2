import type { FusedActivation, TensorIndex } from "../../../graph/node.js";
import { conv2d } from "../../../ops/convolution/conv-2d.js";
import { depthwiseConv2d } from "../../../ops/convolution/depthwise-conv-2d.js";
import type { KerasWeight } from "../container.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { readActivation } from "./activation.js";
import type { LayerMapping } from "./mapping.js";
import { imageInput, imageOutput, readWindow, type SlidingWindow } from "./sliding-window.js";

/** HWIO to OHWI. */
function toOhwi({ shape, values }: KerasWeight): Float32Array {
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

function biasShape(use: boolean, channels: number): { name: string; shape: number[] }[] {
  return use ? [{ name: "bias", shape: [channels] }] : [];
}

function biasInput(builder: LayerBuilder, bias: KerasWeight | undefined): TensorIndex {
  return bias === undefined ? -1 : builder.constant("bias", bias.shape, () => bias.values);
}

function convolution(config: LayerConfig, axes: 1 | 2): (builder: LayerBuilder) => TensorIndex {
  config.channelsLast();
  config.plainKernel();
  const filters = config.integer("filters", 1);
  const groups = config.integer("groups", 1, 1);
  config.expect(groups === 1, `groups ${groups} is not supported; 1 is`);
  const sliding = readWindow(config, axes, "kernel_size");
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  const { filterHeight, filterWidth } = sliding.window;
  return (builder) => {
    const input = imageInput(builder, axes);
    const shape = builder.shape(input);
    const channels = shape[3] as number;
    const kernelShape = [...(axes === 2 ? [filterHeight] : []), filterWidth, channels, filters];
    const [kernel, bias] = builder.weights([
      { name: "kernel", shape: kernelShape },
      ...biasShape(useBias, filters),
    ]) as [KerasWeight, KerasWeight | undefined];
    const weights = builder.constant("kernel", [filters, filterHeight, filterWidth, channels], () =>
      toOhwi(kernel),
    );
    const inputs = [input, weights, biasInput(builder, bias)];
    const output = builder.node(conv2d, attributes(sliding, shape, activation.fused), inputs);
    return imageOutput(builder, axes, activation.apply(builder, output, String(config.raw("activation"))));
  };
}

/**
 * The depthwise kernel [h, w, c, multiplier] as weights [1, h, w, c * multiplier]: output channel
 * `c * multiplier + m`, the very order in which Keras stores it.
 */
function depthwiseWeights(builder: LayerBuilder, kernel: KerasWeight): TensorIndex {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  return builder.constant("depthwise_kernel", [1, height, width, channels * multiplier], () => kernel.values);
}

/** The config's `depth_multiplier`; undefined where the weight tells it, as TF.js leaves it out of a SeparableConv2D. */
function readMultiplier(config: LayerConfig): number | undefined {
  return config.raw("depth_multiplier") === undefined ? undefined : config.integer("depth_multiplier", 1);
}

/** Convolutions over one or two axes. */
export const convolutionLayers: readonly LayerMapping[] = [
  { classNames: ["Conv2D", "Convolution2D"], read: (config) => convolution(config, 2) },
  { classNames: ["Conv1D", "Convolution1D"], read: (config) => convolution(config, 1) },
  {
    classNames: ["DepthwiseConv2D"],
    read(config) {
      config.channelsLast();
      const sliding = readWindow(config, 2, "kernel_size");
      const multiplier = readMultiplier(config);
      const useBias = config.flag("use_bias", true);
      const activation = readActivation(config);
      const { filterHeight, filterWidth } = sliding.window;
      return (builder) => {
        const input = imageInput(builder, 2);
        const shape = builder.shape(input);
        const channels = shape[3] as number;
        const expected = {
          name: "depthwise_kernel",
          otherName: "kernel", // in Keras 3
          shape: [filterHeight, filterWidth, channels, multiplier],
        };
        const [kernel] = builder.weights([expected]) as [KerasWeight];
        const outputs = channels * (kernel.shape[3] as number);
        const [, bias] = builder.weights([expected, ...biasShape(useBias, outputs)]);
        const inputs = [input, depthwiseWeights(builder, kernel), biasInput(builder, bias)];
        const output = builder.node(depthwiseConv2d, attributes(sliding, shape, activation.fused), inputs);
        return activation.apply(builder, output, String(config.raw("activation")));
      };
    },
  },
  {
    classNames: ["SeparableConv2D", "SeparableConvolution2D"],
    read(config) {
      config.channelsLast();
      const filters = config.integer("filters", 1);
      const sliding = readWindow(config, 2, "kernel_size");
      const multiplier = readMultiplier(config);
      const useBias = config.flag("use_bias", true);
      const activation = readActivation(config);
      const { filterHeight, filterWidth } = sliding.window;
      return (builder) => {
        const input = imageInput(builder, 2);
        const shape = builder.shape(input);
        const channels = shape[3] as number;
        const expected = {
          name: "depthwise_kernel",
          shape: [filterHeight, filterWidth, channels, multiplier],
        };
        const [depthwise] = builder.weights([expected]) as [KerasWeight];
        const between = channels * (depthwise.shape[3] as number);
        const [, pointwise, bias] = builder.weights([
          expected,
          { name: "pointwise_kernel", shape: [1, 1, between, filters] },
          ...biasShape(useBias, filters),
        ]) as [KerasWeight, KerasWeight, KerasWeight | undefined];
        const middle = builder.node(
          depthwiseConv2d,
          attributes(sliding, shape, "none"),
          [input, depthwiseWeights(builder, depthwise), -1],
          "depthwise",
        );
        const weights = builder.constant("pointwise_kernel", [filters, 1, 1, between], () =>
          toOhwi(pointwise),
        );
        const once = {
          strideHeight: 1,
          strideWidth: 1,
          dilationHeight: 1,
          dilationWidth: 1,
          padding: { top: 0, bottom: 0, left: 0, right: 0 },
          activation: activation.fused,
        };
        const output = builder.node(conv2d, once, [middle, weights, biasInput(builder, bias)]);
        return activation.apply(builder, output, String(config.raw("activation")));
      };
    },
  },
];
