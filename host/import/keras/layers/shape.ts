import type { TensorIndex } from "../../../graph/node.js";
import { requireThat } from "../../../graph/not-runnable.js";
import { elementCount } from "../../../graph/tensor.js";
import { pad } from "../../../ops/movement/pad.js";
import { reshape } from "../../../ops/movement/reshape.js";
import type { LayerConfig } from "../layer-config.js";
import type { LayerMapping } from "./mapping.js";

/** `target_shape`, whose one -1 is what remains of `count` elements. Throws `NotRunnable` where they do not fit. */
function resolveTarget(target: readonly number[], count: number): number[] {
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

/** Padding as Keras writes it: one number, [vertical, horizontal], or [[top, bottom], [left, right]]. */
function readPadding(config: LayerConfig): { top: number; bottom: number; left: number; right: number } {
  const value = config.raw("padding");
  if (Array.isArray(value) && value.some(Array.isArray)) {
    const sides = value.flat();
    config.expect(value.length === 2 && sides.length === 4, "padding is not [[top, bottom], [left, right]]");
    config.expect(
      sides.every((side) => Number.isInteger(side) && side >= 0),
      "padding has a number that is not an integer of at least 0",
    );
    const [top, bottom, left, right] = sides as [number, number, number, number];
    return { top, bottom, left, right };
  }
  const [vertical, horizontal] = config.integers("padding", 2, 0, 1) as [number, number];
  return { top: vertical, bottom: vertical, left: horizontal, right: horizontal };
}

/** Layers that change a tensor's shape only, and zero padding. */
export const shapeLayers: readonly LayerMapping[] = [
  {
    classNames: ["Flatten"],
    read(config) {
      config.channelsLast();
      return (builder) => {
        const input = builder.inputs[0] as TensorIndex;
        const [batches = 1, ...rest] = builder.shape(input);
        return builder.node(reshape, { shape: [batches, elementCount(rest)] }, [input]);
      };
    },
  },
  {
    classNames: ["Reshape"],
    read(config) {
      const target = readTarget(config);
      return (builder) => {
        const input = builder.inputs[0] as TensorIndex;
        const [batches = 1, ...rest] = builder.shape(input);
        return builder.node(reshape, { shape: [batches, ...resolveTarget(target, elementCount(rest))] }, [
          input,
        ]);
      };
    },
  },
  {
    classNames: ["ZeroPadding2D"],
    read(config) {
      config.channelsLast();
      const { top, bottom, left, right } = readPadding(config);
      return (builder) => {
        const input = builder.inputs[0] as TensorIndex;
        const rank = builder.shape(input).length;
        requireThat(rank === 4, `the input has rank ${rank}; 4 is expected`);
        return builder.node(pad, { before: [0, top, left, 0], after: [0, bottom, right, 0], value: 0 }, [
          input,
        ]);
      };
    },
  },
];
