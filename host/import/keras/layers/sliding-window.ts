import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { explicitPadding, type Padding, type Window } from "../../../numerics/window.js";
import { reshaped, transposed } from "../../compose/movement.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";

/** A layer's window: numbers from the config; the padding follows from the input's shape. */
export interface SlidingWindow {
  readonly window: Window;
  readonly kind: "valid" | "same" | "causal";
  padding(inputShape: readonly number[]): Padding;
}

/** Whether the padding is causal: zeros on the left alone, so that no output looks ahead. */
function isCausal(config: LayerConfig, axes: 1 | 2, pools: boolean): boolean {
  return axes === 1 && !pools && config.raw("padding") === "causal";
}

/**
 * Reads a window over height and width, or over the one axis of a 1-d layer, whose height is then 1.
 *
 * @param sizeField field of the filter's size: `kernel_size` or `pool_size`
 */
export function readWindow(
  config: LayerConfig,
  axes: 1 | 2,
  sizeField: "kernel_size" | "pool_size",
): SlidingWindow {
  const pair = (field: string, otherwise?: number | readonly number[]): [number, number] => {
    const [first, second] = config.integers(field, axes, 1, otherwise) as [number, number];
    return axes === 1 ? [1, first] : [first, second];
  };
  const pools = sizeField === "pool_size";
  const [filterHeight, filterWidth] = pair(sizeField, pools ? 2 : undefined);
  const size = axes === 1 ? [filterWidth] : [filterHeight, filterWidth];
  const [strideHeight, strideWidth] = pair("strides", pools ? size : 1);
  const [dilationHeight, dilationWidth] = pair("dilation_rate", 1);
  const kind = isCausal(config, axes, pools) ? "causal" : config.oneOf("padding", ["valid", "same"], "valid");
  const window = { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth };
  return {
    window,
    kind,
    padding([, height, width]) {
      if (kind === "causal") return { top: 0, bottom: 0, left: (filterWidth - 1) * dilationWidth, right: 0 };
      return explicitPadding(kind, height as number, width as number, window);
    },
  };
}

/** How a layer's input and output lie: its axes beside batch and channels, and whether channels come first. */
export interface ImageLayout {
  readonly axes: 1 | 2;
  readonly channelsFirst: boolean;
}

/** Axes with channels moved from behind the batch to the end; as they are where channels are last. */
export function channelsLast(layer: LayerBuilder, input: Tensor, channelsFirst: boolean): Tensor {
  const rank = input.shape.length;
  if (!channelsFirst || rank < 3) return input;
  return transposed(layer, input, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

/** The reverse of `channelsLast`. */
export function channelsBack(layer: LayerBuilder, output: Tensor, channelsFirst: boolean): Tensor {
  const rank = output.shape.length;
  if (!channelsFirst || rank < 3) return output;
  return transposed(layer, output, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** The layer's input as [batch, height, width, channels]: a 1-d layer's gets a height of 1. Throws `NotRunnable`. */
export function imageInput(layer: LayerBuilder, { axes, channelsFirst }: ImageLayout): Tensor {
  const { input } = layer;
  const { length } = input.shape;
  requireThat(length === axes + 2, `the input has rank ${length}; ${axes + 2} is expected`);
  const image = channelsLast(layer, input, channelsFirst);
  const [batches, width, channels] = image.shape as [number, number, number];
  return axes === 2 ? image : reshaped(layer, image, [batches, 1, width, channels]);
}

/** The reverse of `imageInput` for an output. */
export function imageOutput(
  layer: LayerBuilder,
  { axes, channelsFirst }: ImageLayout,
  output: Tensor,
): Tensor {
  const [batches, , width, channels] = output.shape as [number, number, number, number];
  const lasting = axes === 2 ? output : reshaped(layer, output, [batches, width, channels]);
  return channelsBack(layer, lasting, channelsFirst);
}
