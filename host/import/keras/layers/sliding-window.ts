import type { TensorIndex } from "../../../graph/node.js";
import { requireThat } from "../../../graph/not-runnable.js";
import { explicitPadding, type Padding, type Window } from "../../../numerics/window.js";
import { reshape } from "../../../ops/movement/reshape.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";

/** A layer's window: numbers from the config; the padding follows from the input's shape. */
export interface SlidingWindow {
  readonly window: Window;
  padding(inputShape: readonly number[]): Padding;
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
  const causal = axes === 1 && !pools && config.raw("padding") === "causal";
  const kind = causal ? "causal" : config.oneOf("padding", ["valid", "same"], "valid");
  const window = { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth };
  return {
    window,
    padding([, height, width]) {
      if (kind === "causal") return { top: 0, bottom: 0, left: (filterWidth - 1) * dilationWidth, right: 0 };
      return explicitPadding(kind, height as number, width as number, window);
    },
  };
}

/** The layer's input as [batch, height, width, channels]: a 1-d layer's gets a height of 1. Throws `NotRunnable`. */
export function imageInput(builder: LayerBuilder, axes: 1 | 2): TensorIndex {
  const input = builder.inputs[0] as TensorIndex;
  const shape = builder.shape(input);
  requireThat(shape.length === axes + 2, `the input has rank ${shape.length}; ${axes + 2} is expected`);
  if (axes === 2) return input;
  const [batches, width, channels] = shape as [number, number, number];
  return builder.node(reshape, { shape: [batches, 1, width, channels] }, [input], "expanded");
}

/** The reverse of `imageInput` for an output. */
export function imageOutput(builder: LayerBuilder, axes: 1 | 2, output: TensorIndex): TensorIndex {
  if (axes === 2) return output;
  const [batches, , width, channels] = builder.shape(output) as [number, number, number, number];
  return builder.node(reshape, { shape: [batches, width, channels] }, [output], "squeezed");
}
