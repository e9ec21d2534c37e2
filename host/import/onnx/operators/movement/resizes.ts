import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import {
  type CoordinateTransformation,
  cubic,
  linear,
  type NearestRounding,
} from "../../../../numerics/resample.js";
import { positiveAxis } from "../../../../ops/movement/moved.js";
import { type ResizedAxis, type ResizeKind, resized } from "../../../compose/resize.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import { channelsFirst, channelsLast } from "../windows.js";

/** Lengths for one of the input, or new lengths: of the axes that are resized. */
interface Wanted {
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
}

/** A list that may be there without elements, which is as if it were not. */
function listed(list: number[] | undefined): number[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/** Scales of sizes: of which the input's proportions may ask for one that all axes share. */
function scalesOf(node: OnnxNode, lengths: readonly number[], sizes: readonly number[]): number[] {
  const scales = lengths.map((length, i) => (sizes[i] as number) / length);
  const policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy === "stretch") return scales;
  requireThat(
    ["not_larger", "not_smaller"].includes(policy),
    `keep_aspect_ratio_policy ${policy} does not exist`,
  );
  const one = policy === "not_larger" ? Math.min(...scales) : Math.max(...scales);
  return scales.map(() => one);
}

/** The axes that are resized: those whose lengths or places change. */
function resizedAxes(
  node: OnnxNode,
  input: Tensor,
  axes: readonly number[],
  { scales, sizes }: Wanted,
): ResizedAxis[] {
  const lengths = axes.map((axis) => input.shape[axis] as number);
  const given = sizes ?? scales ?? [];
  requireThat(given.length === axes.length, `${given.length} scales or sizes of ${axes.length} axes`);
  requireThat(
    given.every((number) => number > 0),
    `scales or sizes [${given.join(", ")}] are not above 0`,
  );
  const factors = sizes === undefined ? given : scalesOf(node, lengths, sizes);
  const keepsRatio = node.text("keep_aspect_ratio_policy", "stretch") !== "stretch";
  const transformation = transformationOf(node);
  const isCrop = transformation === "tf_crop_and_resize";
  const region = isCrop ? (node.numbers(1, "region") ?? []) : [];
  requireThat(!isCrop || region.length === 2 * axes.length, `the region has ${region.length} numbers`);
  return axes.flatMap((axis, i) => {
    const [length, scale] = [lengths[i], factors[i]] as [number, number];
    const crop = isCrop ? ([region[i], region[i + axes.length]] as [number, number]) : undefined;
    const extent = length * (crop === undefined ? 1 : crop[1] - crop[0]);
    const output =
      sizes === undefined
        ? Math.floor(extent * scale)
        : keepsRatio
          ? Math.floor(length * scale + 0.5)
          : (sizes[i] as number);
    requireThat(
      Number.isInteger(output) && output >= 1,
      `axis ${axis} becomes ${output} long; a number from 1 is expected`,
    );
    const isWhole = crop === undefined || (crop[0] === 0 && crop[1] === 1);
    if (output === length && scale === 1 && isWhole) return [];
    return [{ axis, input: length, output, scale, transformation, ...(crop && { crop }) }];
  });
}

const transformations: readonly string[] = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
  "tf_crop_and_resize",
];

/** Before version 11 places are those of scales alone. */
function transformationOf(node: OnnxNode): CoordinateTransformation {
  const otherwise = node.version < 11 || node.operator === "Upsample" ? "asymmetric" : "half_pixel";
  const name = node.text("coordinate_transformation_mode", otherwise);
  requireThat(transformations.includes(name), `coordinate_transformation_mode ${name} does not exist`);
  return name as CoordinateTransformation;
}

/** Before version 11 the nearest is the one below. */
function nearestOf(node: OnnxNode): NearestRounding {
  const otherwise = node.version < 11 || node.operator === "Upsample" ? "floor" : "round_prefer_floor";
  const name = node.text("nearest_mode", otherwise);
  requireThat(
    ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].includes(name),
    `nearest_mode ${name} does not exist`,
  );
  return name as NearestRounding;
}

function kindOf(node: OnnxNode): ResizeKind {
  const mode = node.text("mode", "nearest");
  const [excludeOutside, antialias] = [node.flag("exclude_outside"), node.flag("antialias")];
  switch (mode) {
    case "nearest":
      return { nearest: nearestOf(node) };
    case "linear":
    case "bilinear":
      return { interpolation: linear, excludeOutside, antialias };
    case "cubic":
      return { interpolation: cubic(node.float("cubic_coeff_a", -0.75)), excludeOutside, antialias };
    default:
      throw new NotRunnable(`mode ${mode} does not exist`);
  }
}

/** What the node asks for: scales were an attribute first, then the second input, and are the third one since. */
function wantedOf(node: OnnxNode): Wanted {
  if (node.operator === "Upsample" || node.version < 11) {
    const single = node.has("height_scale")
      ? [1, 1, node.float("height_scale", 1), node.float("width_scale", 1)]
      : undefined;
    return { scales: listed(node.numbers(1, "scales")) ?? node.floats("scales") ?? single ?? [] };
  }
  const [scales, sizes] = [listed(node.numbers(2, "scales")), listed(node.numbers(3, "sizes"))];
  requireThat((scales === undefined) !== (sizes === undefined), "either scales or sizes are expected");
  return { ...(scales && { scales }), ...(sizes && { sizes }) };
}

/** A picture's height and width are resized where its channels lie last, as other nodes have them. */
function resize(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const rank = input.shape.length;
  const named = (node.integers("axes") ?? [...input.shape.keys()]).map((axis) => positiveAxis(axis, rank));
  const axes = resizedAxes(node, input, named, wantedOf(node));
  const [kind, beyond] = [kindOf(node), node.float("extrapolation_value", 0)];
  const isPicture = rank === 4 && axes.length > 0 && axes.every(({ axis }) => axis >= 2);
  if (!isPicture) return resized(write, input, axes, kind, beyond);
  const moved = axes.map((each) => ({ ...each, axis: each.axis - 1 }));
  return channelsFirst(write, resized(write, channelsLast(write, input), moved, kind, beyond), 2);
}

const becomes = ["resizeBilinear", "resample", "gather", "view", "reshape", "pad"];

/** What changes lengths of axes. */
export const resizes: readonly OnnxMapping[] = [
  { operator: "Resize", becomes, read: resize },
  { operator: "Upsample", becomes, read: resize },
];
