import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { nearestIndices } from "../../../numerics/resize.js";
import { equal, greaterEqual } from "../../../ops/elementwise/comparisons.js";
import { reduceAny, sum } from "../../../ops/reduction/reduce.js";
import { productOf, sumOf } from "../../compose/arithmetic.js";
import { expanded } from "../../compose/axes.js";
import { reshaped, sliced } from "../../compose/movement.js";
import { gathered } from "../../compose/nearest.js";
import { castTo } from "../../compose/whole-numbers.js";
import { dataOf } from "../../graph-writer.js";
import { shown } from "../json-fields.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import type { Build, LayerMapping } from "./mapping.js";
import { floats, tensorOf } from "./numbers.js";
import { bilinear } from "./shape.js";
import { channelsBack, channelsLast } from "./sliding-window.js";

/** Numbers times a scale plus an offset, each one or as many as there are channels. */
function rescaling(config: LayerConfig): Build {
  const [scale, offset] = [config.raw("scale") ?? 1, config.raw("offset") ?? 0];
  return (layer) => {
    const constant = (value: unknown, name: string): Tensor => {
      const tensor = tensorOf(layer, value, "float32");
      requireThat(tensor !== undefined, `${name} is ${shown(value)}; a number or a list of some is expected`);
      return tensor;
    };
    const product = productOf(layer, floats(layer, layer.input), constant(scale, "scale"));
    return offset === 0 ? product : sumOf(layer, product, constant(offset, "offset"));
  };
}

/** Height and width of an image by the nearest pixel of each place. */
function nearest(layer: LayerBuilder, input: Tensor, size: readonly number[]): Tensor {
  const resizing = { alignCorners: false, halfPixelCenters: true };
  return size.reduce((result, length, i) => {
    const indices = nearestIndices(result.shape[i + 1] as number, length, resizing);
    return gathered(layer, result, i + 1, indices);
  }, input);
}

/** An image, NHWC, in another size. Throws `NotRunnable`. */
export function resized(
  layer: LayerBuilder,
  input: Tensor,
  kind: string,
  [height, width]: readonly [number, number],
): Tensor {
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
  if (kind === "bilinear") return bilinear(layer, floats(layer, input), height, width);
  if (kind === "nearest") return nearest(layer, input, [height, width]);
  throw new NotRunnable(`interpolation ${shown(kind)} is not supported; bilinear or nearest is`);
}

function resizing(config: LayerConfig): Build {
  const channelsFirst = config.channelsFirst();
  const size = [config.integer("height", 1), config.integer("width", 1)] as const;
  const kind = config.oneOf("interpolation", ["bilinear", "nearest"], "bilinear");
  for (const field of ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"])
    config.expect(!config.flag(field, false), `${field} is not supported`);
  return (layer) => {
    const input = channelsLast(layer, layer.input, channelsFirst);
    return channelsBack(layer, resized(layer, input, kind, size), channelsFirst);
  };
}

/** The middle of an image; of a smaller one, that of as large a part of it as has the same aspect, enlarged. */
function centerCrop(config: LayerConfig): Build {
  const channelsFirst = config.channelsFirst();
  const size = [config.integer("height", 1), config.integer("width", 1)] as const;
  return (layer) => {
    const input = channelsLast(layer, layer.input, channelsFirst);
    requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
    const isLarge = size.every((length, i) => (input.shape[i + 1] as number) >= length);
    requireThat(isLarge, `an input smaller than ${size.join("x")} is not supported`);
    const part = size.reduce(
      (result, length, i) => {
        const begin = Math.trunc(((result.shape[i + 1] as number) - length) / 2);
        return sliced(layer, result, i + 1, begin, length);
      },
      floats(layer, input),
    );
    return channelsBack(layer, part, channelsFirst);
  };
}

/** How integers are told apart from each other. */
type Encoding = "int" | "one_hot" | "multi_hot" | "count";

/** Integers below a number, encoded: one number for each that there may be. */
function encoded(layer: LayerBuilder, indices: Tensor, classes: number, mode: Encoding): Tensor {
  if (mode === "int") return indices;
  const range = layer.list(
    Array.from({ length: classes }, (_, i) => i),
    "int32",
  );
  const rank = indices.shape.length;
  const isSingle = mode === "one_hot" && rank > 1 && indices.shape.at(-1) === 1;
  const flat = isSingle ? reshaped(layer, indices, indices.shape.slice(0, -1)) : indices;
  const hits = layer.node(equal, {}, [
    expanded(layer, castTo(layer, flat, "int32"), [flat.shape.length]),
    range,
  ]);
  if (mode === "one_hot") return floats(layer, hits);
  const over = { axes: [-2], keepDims: false };
  if (mode === "multi_hot") return floats(layer, layer.node(reduceAny, over, [hits]));
  return layer.node(sum, over, [floats(layer, hits)]);
}

function readMode(config: LayerConfig, otherwise: Encoding): Encoding {
  config.expect(!config.flag("sparse", false), "a sparse output is not supported");
  return config.oneOf("output_mode", ["int", "one_hot", "multi_hot", "count"], otherwise);
}

function categoryEncoding(config: LayerConfig): Build {
  const classes = config.integer("num_tokens", 1);
  const mode = readMode(config, "multi_hot");
  return (layer) => encoded(layer, castTo(layer, layer.input, "int32"), classes, mode);
}

/** Numbers of the boundaries that an input is not below. */
function discretization(config: LayerConfig): Build {
  const mode = readMode(config, "int");
  const boundaries = config.raw("bin_boundaries");
  config.expect(
    Array.isArray(boundaries) && boundaries.length > 0,
    "bin_boundaries are not in the config; those of adapt() are not read",
  );
  return (layer) => {
    const list = tensorOf(layer, boundaries, "float32");
    requireThat(list !== undefined, `bin_boundaries are ${shown(boundaries)}; numbers are expected`);
    const input = expanded(layer, floats(layer, layer.input), [layer.input.shape.length]);
    const above = castTo(layer, layer.node(greaterEqual, {}, [input, list]), "int32");
    const bins = layer.node(sum, { axes: [-1], keepDims: false }, [above]);
    return encoded(layer, bins, elementCount(list.shape) + 1, mode);
  };
}

/** The vocabulary of a lookup: whole numbers in the config. */
function readVocabulary(config: LayerConfig): number[] {
  const value = config.raw("vocabulary");
  const isList = Array.isArray(value) && value.length > 0;
  config.expect(isList, "its vocabulary is not in the config; one that adapt() learnt is not read");
  return isList ? config.asIntegers("vocabulary", value, Number.MIN_SAFE_INTEGER) : [];
}

/** Places of integers in a vocabulary, behind one for a mask and one for all others. */
function integerLookup(config: LayerConfig): Build {
  const mode = readMode(config, "int");
  const mask = config.raw("mask_token") === undefined ? undefined : config.requiredNumber("mask_token");
  const others = config.integer("num_oov_indices", 0, 1);
  config.expect(others === 1, `num_oov_indices ${others} is not supported; 1 is`);
  config.expect(!config.flag("invert", false), "invert is not supported");
  const vocabulary = readVocabulary(config).filter((token) => token !== mask);
  const first = mask === undefined || mode !== "int" ? 0 : 1;
  return (layer) => {
    const input = expanded(layer, castTo(layer, layer.input, "int32"), [layer.input.shape.length]);
    const known = layer.list(vocabulary, "int32");
    const hits = castTo(layer, layer.node(equal, {}, [input, known]), "int32");
    // What is found lies so far behind the place of all others.
    const places = layer.list(
      vocabulary.map((_, i) => i + 1),
      "int32",
    );
    const found = layer.node(sum, { axes: [-1], keepDims: false }, [productOf(layer, hits, places)]);
    if (first === 0) return encoded(layer, found, vocabulary.length + 1, mode);
    const token = layer.constant(dataOf("int32", [mask as number]), [], "int32");
    const isOther = castTo(
      layer,
      layer.node(equal, {}, [castTo(layer, layer.input, "int32"), token]),
      "int32",
    );
    const behind = sumOf(layer, found, layer.scalar(1, "int32"));
    const without = productOf(
      layer,
      behind,
      sumOf(layer, productOf(layer, isOther, layer.scalar(-1, "int32")), layer.scalar(1, "int32")),
    );
    return without;
  };
}

/** Layers that prepare inputs. */
export const preprocessingLayers: readonly LayerMapping[] = [
  { classNames: ["Rescaling"], read: rescaling },
  { classNames: ["Resizing"], read: resizing },
  { classNames: ["CenterCrop"], read: centerCrop },
  { classNames: ["CategoryEncoding"], anyDtype: true, read: categoryEncoding },
  { classNames: ["Discretization"], anyDtype: true, read: discretization },
  { classNames: ["IntegerLookup"], anyDtype: true, read: integerLookup },
];
