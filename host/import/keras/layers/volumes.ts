import { requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { explicitPadding } from "../../../numerics/window.js";
import { averagePool2d } from "../../../ops/convolution/average-pool-2d.js";
import { conv2d } from "../../../ops/convolution/conv-2d.js";
import { maxPool2d } from "../../../ops/convolution/max-pool-2d.js";
import type { Pool2dAttributes } from "../../../ops/convolution/pool-2d.js";
import { pad } from "../../../ops/movement/pad.js";
import type { Operator } from "../../../ops/operator.js";
import { joined, reshaped, sliced } from "../../compose/movement.js";
import type { KerasWeight } from "../container.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { readActivation } from "./activation.js";
import { biasShape, toOhwi } from "./convolution.js";
import type { Build, LayerMapping } from "./mapping.js";
import { channelsBack, channelsLast } from "./sliding-window.js";

type Three = [number, number, number];

/** A window over depth, height and width. */
interface VolumeWindow {
  readonly size: Three;
  readonly strides: Three;
  readonly dilations: Three;
  readonly kind: "valid" | "same";
}

function readVolumeWindow(config: LayerConfig, sizeField: "kernel_size" | "pool_size"): VolumeWindow {
  const three = (field: string, otherwise?: number | readonly number[]) =>
    config.integers(field, 3, 1, otherwise) as Three;
  const pools = sizeField === "pool_size";
  const size = three(sizeField, pools ? 2 : undefined);
  return {
    size,
    strides: three("strides", pools ? size : 1),
    dilations: three("dilation_rate", 1),
    kind: config.oneOf("padding", ["valid", "same"], "valid"),
  };
}

/** The window over the depth as one over the height, and the one over height and width. */
function parted({ size, strides, dilations }: VolumeWindow) {
  const [d, h, w] = [0, 1, 2] as const;
  const depth = {
    filterHeight: size[d],
    filterWidth: 1,
    strideHeight: strides[d],
    strideWidth: 1,
    dilationHeight: dilations[d],
    dilationWidth: 1,
  };
  const plane = {
    filterHeight: size[h],
    filterWidth: size[w],
    strideHeight: strides[h],
    strideWidth: strides[w],
    dilationHeight: dilations[h],
    dilationWidth: dilations[w],
  };
  return { depth, plane };
}

/** The input, [batch, depth, height, width, channels]. */
function volumeInput(layer: LayerBuilder, channelsFirst: boolean): Tensor {
  const { length } = layer.input.shape;
  requireThat(length === 5, `the input has rank ${length}; 5 is expected`);
  return channelsLast(layer, layer.input, channelsFirst);
}

/**
 * A convolution over volumes as one over planes: channels of a plane are those of all planes that the filter sees from
 * there.
 */
function convolution(config: LayerConfig): Build {
  config.plainKernel();
  const channelsFirst = config.channelsFirst();
  const filters = config.integer("filters", 1);
  const groups = config.integer("groups", 1, 1);
  config.expect(groups === 1, `groups ${groups} is not supported; 1 is`);
  const window = readVolumeWindow(config, "kernel_size");
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  const { depth: along, plane } = parted(window);
  return (layer) => {
    const input = volumeInput(layer, channelsFirst);
    const [batches, depth, height, width, channels] = input.shape as [number, ...Three, number];
    const around = explicitPadding(window.kind, depth, 1, along);
    const padded = layer.node(
      pad,
      { before: [0, around.top, 0, 0, 0], after: [0, around.bottom, 0, 0, 0], value: 0 },
      [input],
    );
    const [taps, , step] = [along.filterHeight, 0, along.dilationHeight];
    const whole = depth + around.top + around.bottom;
    const planes = Math.floor((whole - (taps - 1) * step - 1) / along.strideHeight) + 1;
    requireThat(planes >= 1, `a filter of depth ${taps} does not fit into ${depth} planes`);
    const seen = Array.from({ length: taps }, (_, tap) =>
      sliced(layer, padded, 1, tap * step, planes, along.strideHeight),
    );
    const images = reshaped(layer, joined(layer, seen, 4), [
      batches * planes,
      height,
      width,
      taps * channels,
    ]);
    const [kernel, bias] = layer.weights([
      { name: "kernel", shape: [...window.size, channels, filters] },
      ...biasShape(useBias, filters),
    ]) as [KerasWeight, KerasWeight | undefined];
    const [, h, w] = window.size;
    const weights = layer.stored("kernel", [filters, h, w, taps * channels], () =>
      toOhwi({ shape: kernel.shape, values: planesInside(kernel) }),
    );
    const { strideHeight, strideWidth, dilationHeight, dilationWidth } = plane;
    const attributes = {
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      padding: explicitPadding(window.kind, height, width, plane),
      activation: activation.fused,
    };
    const output = layer.node(conv2d, attributes, [images, weights, layer.weight("bias", bias)]);
    const volume = reshaped(layer, output, [batches, planes, ...output.shape.slice(1)]);
    return channelsBack(layer, activation.apply(layer, volume), channelsFirst);
  };
}

/** A kernel [depth, height, width, channels, filters] as [height, width, depth, channels, filters]. */
function planesInside({ shape, values }: KerasWeight): Float32Array {
  const [depth, height, width, ...rest] = shape as [number, number, number, number, number];
  const run = elementCount(rest);
  const out = new Float32Array(values.length);
  for (let d = 0; d < depth; d++) {
    for (let at = 0; at < height * width; at++) {
      const from = (d * height * width + at) * run;
      out.set(values.subarray(from, from + run), (at * depth + d) * run);
    }
  }
  return out;
}

/** A pool over volumes: one over planes, then one over the depth. */
function pool(config: LayerConfig, operator: Operator<Pool2dAttributes>): Build {
  const channelsFirst = config.channelsFirst();
  const window = readVolumeWindow(config, "pool_size");
  const { depth: along, plane } = parted(window);
  return (layer) => {
    const input = volumeInput(layer, channelsFirst);
    const over = (image: Tensor, { dilationHeight, dilationWidth, ...sizes }: typeof plane): Tensor => {
      const [, height, width] = image.shape as Three;
      const dilations = { dilationHeight, dilationWidth };
      const padding = explicitPadding(window.kind, height, width, { ...sizes, ...dilations });
      return layer.node(operator, { ...sizes, padding, activation: "none" }, [image]);
    };
    const [batches, depth, ...image] = input.shape as [number, number, ...number[]];
    const planes = over(reshaped(layer, input, [batches * depth, ...image]), plane);
    const [, height, width, channels] = planes.shape as [number, number, number, number];
    const columns = over(reshaped(layer, planes, [batches, depth, height * width, channels]), along);
    const output = reshaped(layer, columns, [batches, columns.shape[1] as number, height, width, channels]);
    return channelsBack(layer, output, channelsFirst);
  };
}

/** Layers over depth, height and width. */
export const volumeLayers: readonly LayerMapping[] = [
  { classNames: ["Conv3D", "Convolution3D"], read: convolution },
  { classNames: ["MaxPooling3D", "MaxPool3D"], read: (config) => pool(config, maxPool2d) },
  { classNames: ["AveragePooling3D", "AvgPool3D"], read: (config) => pool(config, averagePool2d) },
];
