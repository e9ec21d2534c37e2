import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { explicitPadding, slide } from "../../../numerics/window.js";
import { transposeConv2d } from "../../../ops/convolution/transpose-conv-2d.js";
import type { KerasWeight } from "../container.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { readActivation } from "./activation.js";
import { biasShape } from "./convolution.js";
import type { Build, LayerMapping } from "./mapping.js";
import { imageInput, imageOutput, readWindow, type SlidingWindow } from "./sliding-window.js";

/** Taps of a filter with the zeros that a dilation puts between them. */
const span = (taps: number, dilation: number): number => (taps - 1) * dilation + 1;

/** A kernel [h, w, outputs, inputs] as [outputs, h, w, inputs], dilated by zeros between its taps. */
function toWeights(layer: LayerBuilder, { shape, values }: KerasWeight, { window }: SlidingWindow): Tensor {
  const { filterHeight, filterWidth, dilationHeight, dilationWidth } = window;
  const [outputs, inputs] = shape.slice(-2) as [number, number];
  const [height, width] = [span(filterHeight, dilationHeight), span(filterWidth, dilationWidth)];
  return layer.stored("kernel", [outputs, height, width, inputs], () => {
    const out = new Float32Array(outputs * height * width * inputs);
    for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
      const y = Math.floor(tap / filterWidth) * dilationHeight;
      const x = (tap % filterWidth) * dilationWidth;
      for (let n = 0; n < outputs; n++) {
        const from = (tap * outputs + n) * inputs;
        out.set(values.subarray(from, from + inputs), ((n * height + y) * width + x) * inputs);
      }
    }
    return out;
  });
}

/** Length of an output's axis. Source: Keras's `compute_conv_transpose_output_shape`. */
function outputLength(
  kind: "valid" | "same",
  input: number,
  taps: number,
  stride: number,
  extra: number | undefined,
): number {
  if (extra === undefined)
    return kind === "same" ? input * stride : input * stride + Math.max(taps - stride, 0);
  const trimmed = kind === "same" ? 2 * Math.floor(taps / 2) : 0;
  return (input - 1) * stride + taps - trimmed + extra;
}

function transposedConvolution(config: LayerConfig, axes: 1 | 2): Build {
  config.plainKernel();
  const layout = { axes, channelsFirst: config.channelsFirst() };
  const filters = config.integer("filters", 1);
  const sliding = readWindow(config, axes, "kernel_size");
  const { kind } = sliding;
  const given =
    config.raw("output_padding") === undefined ? undefined : config.integers("output_padding", axes, 0);
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  return (layer) => {
    requireThat(kind !== "causal", "causal padding is not supported; valid and same are");
    const input = imageInput(layer, layout);
    const [, height, width, channels] = input.shape as [number, number, number, number];
    const { filterHeight, filterWidth, strideHeight, strideWidth } = sliding.window;
    const size = [...(axes === 2 ? [filterHeight] : []), filterWidth];
    const [kernel, bias] = layer.weights([
      { name: "kernel", shape: [...size, filters, channels] },
      ...biasShape(useBias, filters),
    ]) as [KerasWeight, KerasWeight | undefined];
    const weights = toWeights(layer, kernel, sliding);
    const [, rows, columns] = weights.shape as [number, number, number];
    const outputHeight = axes === 2 ? outputLength(kind, height, rows, strideHeight, given?.[0]) : 1;
    const outputWidth = outputLength(kind, width, columns, strideWidth, given?.[axes - 1]);
    const window = {
      ...sliding.window,
      filterHeight: rows,
      filterWidth: columns,
      dilationHeight: 1,
      dilationWidth: 1,
    };
    const padding = explicitPadding(kind, outputHeight, outputWidth, window);
    const back = slide(outputHeight, outputWidth, window, padding);
    requireThat(
      back.height === height && back.width === width,
      `an output of ${outputHeight}x${outputWidth} does not come from ${height}x${width} by this window`,
    );
    const output = layer.node(
      transposeConv2d,
      { strideHeight, strideWidth, padding, outputHeight, outputWidth, activation: activation.fused },
      [input, weights, layer.weight("bias", bias)],
    );
    return imageOutput(layer, layout, activation.apply(layer, output));
  };
}

/** Transposed convolutions over one or two axes. */
export const transposedConvolutionLayers: readonly LayerMapping[] = [
  {
    classNames: ["Conv2DTranspose", "Convolution2DTranspose"],
    read: (config) => transposedConvolution(config, 2),
  },
  {
    classNames: ["Conv1DTranspose", "Convolution1DTranspose"],
    read: (config) => transposedConvolution(config, 1),
  },
];
