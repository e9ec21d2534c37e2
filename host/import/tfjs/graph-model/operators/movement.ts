import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../../../graph/tensor.js";
import { type Borders, depthToSpaceView, spaceToDepthView } from "../../../../numerics/rearrangement.js";
import { nearestIndices, type Resizing } from "../../../../numerics/resize.js";
import { stridedSlice } from "../../../../numerics/strided-slice.js";
import { reverseView, wholeView } from "../../../../numerics/strided-view.js";
import { select } from "../../../../ops/elementwise/select.js";
import { gather } from "../../../../ops/movement/gather.js";
import { limitedShape, positiveAxis } from "../../../../ops/movement/moved.js";
import { resizeBilinear } from "../../../../ops/movement/resize-bilinear.js";
import { type Reduction, scatter, scatterReduce } from "../../../../ops/movement/scatter.js";
import { hotAt, readAt } from "../../../compose/indices.js";
import {
  emptied,
  expanded,
  joined,
  reshaped,
  sliced,
  tiled,
  transposed,
  viewed,
} from "../../../compose/movement.js";
import { bordered, padded } from "../../../compose/pad.js";
import { batchToSpace, filled, rearranged, spaceToBatch } from "../../../compose/rearrangement.js";
import { castTo } from "../../../compose/whole-numbers.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { TensorflowMapping, TensorflowNode } from "./mapping.js";
import { asChannelsLast } from "./windows.js";

const moves = ["view", "reshape"];

/** Pairs of an input [axes, 2]: what lies before and behind each axis. */
function bordersAt(node: TensorflowNode, position: number, what: string): Borders {
  const values = node.numbers(position, what);
  const { shape } = node.input(position);
  requireThat(
    shape.length === 2 && shape[1] === 2,
    `the ${what} have shape ${shape.join("x")}; axes x 2 is expected`,
  );
  return { before: values.filter((_, i) => i % 2 === 0), after: values.filter((_, i) => i % 2 === 1) };
}

/** Tensors one after the other, without those that have no elements. */
function concatenate(node: TensorflowNode, write: GraphWriter, axisAt: number): Tensor {
  const tensors = node.inputs.filter((_, i) => i !== axisAt);
  const [first] = tensors;
  requireThat(first !== undefined, "there is nothing to concatenate");
  const axis = positiveAxis(node.number(axisAt, "axis"), first.shape.length);
  const present = tensors.filter(({ shape }) => !shape.includes(0));
  return present.length === 0 ? first : joined(write, present, axis);
}

/** Tensors one behind the other, along a new axis. */
const pack: TensorflowMapping["read"] = (node, write) => {
  const first = node.input(0);
  const axis = positiveAxis(node.attributes.number("axis", 0), first.shape.length + 1);
  const rows = node.inputs.map((input) => reshaped(write, input, input.shape.toSpliced(axis, 0, 1)));
  return joined(write, rows, axis);
};

/** The parts of an axis, of so many indices each. */
function parts(write: GraphWriter, input: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  requireThat(
    lengths.every((length) => Number.isInteger(length) && length >= 1) && total === input.shape[axis],
    `parts of ${lengths.join(" + ")} indices do not make the ${input.shape[axis]} of axis ${axis}`,
  );
  let begin = 0;
  return lengths.map((length) => {
    const part = sliced(write, input, axis, begin, length);
    begin += length;
    return part;
  });
}

/** Lengths of so many equal parts. Throws `NotRunnable` for a number that is none. */
function equalParts(length: number, count: number): number[] {
  requireThat(
    Number.isInteger(count) && count >= 1 && count <= length,
    `an axis of length ${length} does not part into ${count}`,
  );
  return Array.from({ length: count }, () => length / count);
}

const split: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(1);
  const axis = positiveAxis(node.number(0, "axis"), input.shape.length);
  const count = node.attributes.number("num_split", 1);
  return parts(write, input, axis, equalParts(input.shape[axis] as number, count));
};

const splitV: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const axis = positiveAxis(node.number(2, "axis"), input.shape.length);
  const sizes = node.numbers(1, "sizes");
  const rest = (input.shape[axis] as number) - sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  requireThat(sizes.filter((size) => size === -1).length <= 1, "more than one size is -1");
  return parts(
    write,
    input,
    axis,
    sizes.map((size) => (size === -1 ? rest : size)),
  );
};

const unpack: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const axis = positiveAxis(node.attributes.number("axis", 0), input.shape.length);
  const count = input.shape[axis] as number;
  const rows = parts(write, input, axis, equalParts(count, count));
  return rows.map((row) => reshaped(write, row, row.shape.toSpliced(axis, 1)));
};

const slice: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const [begins, sizes] = [node.numbers(1, "begin"), node.numbers(2, "size")];
  const rank = input.shape.length;
  requireThat(
    begins.length === rank && sizes.length === rank,
    `begin has ${begins.length} numbers and size ${sizes.length}; ${rank} are expected`,
  );
  const lengths = sizes.map((size, axis) =>
    size === -1 ? (input.shape[axis] as number) - (begins[axis] as number) : size,
  );
  if (lengths.includes(0)) return emptied(write, input, lengths);
  const end = begins.map((begin, axis) => begin + (lengths[axis] as number));
  requireThat(
    begins.every((begin, axis) => begin >= 0 && (end[axis] as number) <= (input.shape[axis] as number)),
    `begin [${begins.join(", ")}] and size [${sizes.join(", ")}] are not within [${input.shape.join(", ")}]`,
  );
  const { view } = stridedSlice(input.shape, {
    ...noMasks,
    begin: begins,
    end,
    strides: begins.map(() => 1),
  });
  requireThat(view !== undefined, `size [${sizes.join(", ")}] is no size`);
  return viewed(write, input, view);
};

const noMasks = {
  beginMask: 0,
  endMask: 0,
  ellipsisMask: 0,
  newAxisMask: 0,
  shrinkAxisMask: 0,
  offset: false,
};

const sliceByStrides: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const { attributes } = node;
  const { view, shape } = stridedSlice(input.shape, {
    begin: node.numbers(1, "begin"),
    end: node.numbers(2, "end"),
    strides: node.numbers(3, "strides"),
    beginMask: attributes.number("begin_mask", 0),
    endMask: attributes.number("end_mask", 0),
    ellipsisMask: attributes.number("ellipsis_mask", 0),
    newAxisMask: attributes.number("new_axis_mask", 0),
    shrinkAxisMask: attributes.number("shrink_axis_mask", 0),
    offset: false,
  });
  return view === undefined ? emptied(write, input, shape) : viewed(write, input, view, shape);
};

/** Parts of a tensor by indices of an axis. */
function gatherAlong(node: TensorflowNode, write: GraphWriter, axis: number): Tensor {
  const [input, indices] = [node.input(0), node.input(1)];
  const batchDims = node.attributes.number("batch_dims", 0);
  const positive = positiveAxis(axis, input.shape.length);
  if (indices.shape.includes(0))
    return emptied(write, input, input.shape.toSpliced(positive, 1, ...indices.shape));
  const attributes = {
    axis: positive,
    batchDims: batchDims < 0 ? batchDims + indices.shape.length : batchDims,
    axes: 1,
  };
  return write.node(gather, attributes, [input, castTo(write, indices, "int32")]);
}

/** Parts of a tensor by indices whose last axis has one number for each axis that they name. */
const gatherByPlace: TensorflowMapping["read"] = (node, write) => {
  const [input, given] = [node.input(0), castTo(write, node.input(1), "int32")];
  const axes = given.shape.at(-1) ?? 0;
  requireThat(axes >= 1, `indices ${describeType(given)} name no axis`);
  const indices = axes === 1 ? reshaped(write, given, given.shape.slice(0, -1)) : given;
  return write.node(gather, { axis: 0, batchDims: 0, axes }, [input, indices]);
};

/** What is made of elements that are named twice: the last one, or all of them together. */
function scatterInto(
  write: GraphWriter,
  into: Tensor,
  [indices, updates]: readonly [Tensor, Tensor],
  reduction?: Reduction,
): Tensor {
  const inputs = [into, castTo(write, indices, "int32"), updates];
  return reduction === undefined
    ? write.node(scatter, {}, inputs)
    : write.node(scatterReduce, { reduction }, inputs);
}

/** Updates of a tensor at places that its second input names. */
function scattering(operator: string, reduction?: Reduction): TensorflowMapping {
  return {
    operator,
    becomes: [reduction === undefined ? "scatter" : "scatterReduce", "cast"],
    read: (node, write) => scatterInto(write, node.input(0), [node.input(1), node.input(2)], reduction),
  };
}

/** Updates at places in a tensor of zeros; what is named twice is added. */
const scatterNd: TensorflowMapping["read"] = (node, write) => {
  const updates = node.input(1);
  const zeros = filled(write, write.scalar(0, updates.dtype), node.numbers(2, "shape"));
  return scatterInto(write, zeros, [node.input(0), updates], "add");
};

/** A matrix of which only a band around its diagonal is kept. */
const bandPart: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const [rows, columns] = input.shape.slice(-2);
  if (rows === undefined || columns === undefined) throw new NotRunnable("the input is no matrix");
  limitedShape([rows, columns]);
  const [lower, upper] = [node.number(1, "lower band"), node.number(2, "upper band")];
  const isKept = Uint8Array.from({ length: rows * columns }, (_, at) => {
    const below = Math.floor(at / columns) - (at % columns);
    return Number((lower < 0 || below <= lower) && (upper < 0 || -below <= upper));
  });
  const mask = write.constant(isKept, [rows, columns], "bool");
  return write.node(select, {}, [mask, input, write.scalar(0, input.dtype)]);
};

/** The new shape without some axes of length 1, or without all of them. */
const squeeze: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const { attributes } = node;
  const list = [...attributes.numbers("squeeze_dims"), ...attributes.numbers("axis")];
  const named = list.map((axis) => positiveAxis(axis, input.shape.length));
  for (const axis of named)
    requireThat(input.shape[axis] === 1, `axis ${axis} has length ${input.shape[axis]}; 1 is expected`);
  const isKept = (length: number, axis: number) => (named.length > 0 ? !named.includes(axis) : length !== 1);
  return reshaped(write, input, input.shape.filter(isKept));
};

const expandDims: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const axis = positiveAxis(node.number(1, "axis"), input.shape.length + 1);
  return reshaped(write, input, input.shape.toSpliced(axis, 0, 1));
};

/** An input in another shape, of which one length may be left open. */
const reshapeTo: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  const wanted = node.numbers(1, "shape");
  const known = wanted.filter((length) => length !== -1);
  const rest = elementCount(input.shape) / elementCount(known);
  return reshaped(
    write,
    input,
    wanted.map((length) => (length === -1 && known.length === wanted.length - 1 ? rest : length)),
  );
};

function reverse(write: GraphWriter, input: Tensor, axes: readonly number[]): Tensor {
  return viewed(write, input, [...new Set(axes)].reduce(reverseView, wholeView(input.shape)));
}

const mirrorPad: TensorflowMapping["read"] = (node, write) => {
  const mode = node.attributes.text("mode", "REFLECT");
  requireThat(mode === "REFLECT" || mode === "SYMMETRIC", `mode ${mode} is not supported`);
  const kind = mode === "REFLECT" ? "reflect" : "symmetric";
  return bordered(write, node.input(0), bordersAt(node, 1, "paddings"), kind);
};

/** A picture with its blocks in the depth, or out of it. */
function blocks(operator: string, blocksOf: typeof depthToSpaceView): TensorflowMapping {
  return {
    operator,
    becomes: moves,
    read: (node, write) =>
      asChannelsLast(node, write, node.input(0), (picture) =>
        rearranged(write, picture, blocksOf(picture.shape, node.attributes.number("block_size", 0))),
      ),
  };
}

function resizingOf({ attributes }: TensorflowNode): Resizing {
  return {
    alignCorners: attributes.flag("align_corners"),
    halfPixelCenters: attributes.flag("half_pixel_centers"),
  };
}

/** The size that the second input states: height and width. */
function sizeOf(node: TensorflowNode): [height: number, width: number] {
  const size = node.numbers(1, "size");
  requireThat(
    size.length === 2 && size.every((length) => length >= 1 && length <= 2 ** 16),
    `the size is [${size.join(", ")}]; a height and a width from 1 to ${2 ** 16} are expected`,
  );
  return size as [number, number];
}

const nearest: TensorflowMapping["read"] = (node, write) => {
  const input = node.input(0);
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
  const wanted = sizeOf(node).map((length, i) => ({
    axis: i + 1,
    indices: nearestIndices(input.shape[i + 1] as number, length, resizingOf(node)),
  }));
  return readAt(write, input, wanted);
};

const bilinear: TensorflowMapping["read"] = (node, write) => {
  const [height, width] = sizeOf(node);
  const picture = castTo(write, node.input(0), "float32");
  return write.node(resizeBilinear, { height, width, ...resizingOf(node) }, [picture]);
};

const hot: TensorflowMapping["read"] = (node, write) => {
  const indices = castTo(write, node.input(0), "int32");
  const rank = indices.shape.length;
  const axis = positiveAxis(node.attributes.number("axis", -1), rank + 1);
  const [on, off] = [node.input(2), node.input(3)];
  return hotAt(write, indices, { depth: node.number(1, "depth"), axis, on, off, fromEnd: false });
};

/** What moves elements and computes nothing. */
export const movement: readonly TensorflowMapping[] = [
  { operator: "Reshape", becomes: ["reshape"], read: reshapeTo },
  { operator: "Squeeze", becomes: ["reshape"], read: squeeze },
  { operator: "ExpandDims", becomes: ["reshape"], read: expandDims },
  {
    operator: "Transpose",
    becomes: moves,
    read: (node, write) => transposed(write, node.input(0), node.numbers(1, "permutation")),
  },
  { operator: "Slice", becomes: moves, read: slice },
  { operator: "StridedSlice", becomes: moves, read: sliceByStrides },
  { operator: "Split", becomes: moves, read: split },
  { operator: "SplitV", becomes: moves, read: splitV },
  { operator: "Unpack", becomes: moves, read: unpack },
  { operator: "Pack", becomes: ["concatenation", "reshape"], read: pack },
  {
    operator: "Concat",
    becomes: ["concatenation"],
    read: (node, write) => concatenate(node, write, 0),
  },
  {
    operator: "ConcatV2",
    becomes: ["concatenation"],
    read: (node, write) => concatenate(node, write, node.inputs.length - 1),
  },
  {
    operator: "Tile",
    becomes: moves,
    read: (node, write) => tiled(write, node.input(0), node.numbers(1, "multiples")),
  },
  {
    operator: "BroadcastTo",
    becomes: moves,
    read: (node, write) => expanded(write, node.input(0), node.numbers(1, "shape")),
  },
  {
    operator: "Pad",
    becomes: ["pad"],
    read: (node, write) => padded(write, node.input(0), bordersAt(node, 1, "paddings"), 0),
  },
  {
    operator: "PadV2",
    becomes: ["pad"],
    read: (node, write) =>
      padded(write, node.input(0), bordersAt(node, 1, "paddings"), node.number(2, "padding value")),
  },
  { operator: "MirrorPad", becomes: ["gather", "view", "reshape"], read: mirrorPad },
  {
    operator: "Reverse",
    becomes: moves,
    read: (node, write) =>
      reverse(
        write,
        node.input(0),
        node.numbers(1, "axes").flatMap((isReversed, axis) => (isReversed === 0 ? [] : [axis])),
      ),
  },
  {
    operator: "ReverseV2",
    becomes: moves,
    read(node, write) {
      const { shape } = node.input(0);
      const axes = node.numbers(1, "axes").map((axis) => positiveAxis(axis, shape.length));
      return reverse(write, node.input(0), axes);
    },
  },
  { operator: "Gather", becomes: ["gather"], read: (node, write) => gatherAlong(node, write, 0) },
  {
    operator: "GatherV2",
    becomes: ["gather"],
    read: (node, write) => gatherAlong(node, write, node.number(2, "axis")),
  },
  {
    operator: "GatherNd",
    becomes: ["gather", "reshape"],
    read: (node, write) => gatherByPlace(node, write),
  },
  { operator: "ScatterNd", becomes: ["scatterReduce", "cast"], read: scatterNd },
  scattering("TensorScatterUpdate"),
  scattering("TensorScatterAdd", "add"),
  scattering("TensorScatterMax", "max"),
  scattering("TensorScatterMin", "min"),
  { operator: "MatrixBandPart", becomes: ["select"], read: bandPart },
  { operator: "OneHot", becomes: ["reshape", "equal", "select"], read: hot },
  {
    operator: "SpaceToBatchND",
    becomes: ["pad", "view", "reshape"],
    read: (node, write) =>
      spaceToBatch(write, node.input(0), node.numbers(1, "block shape"), bordersAt(node, 2, "paddings")),
  },
  {
    operator: "BatchToSpaceND",
    becomes: moves,
    read: (node, write) =>
      batchToSpace(write, node.input(0), node.numbers(1, "block shape"), bordersAt(node, 2, "crops")),
  },
  blocks("SpaceToDepth", spaceToDepthView),
  blocks("DepthToSpace", depthToSpaceView),
  { operator: "ResizeBilinear", becomes: ["resizeBilinear", "cast"], read: bilinear },
  { operator: "ResizeNearestNeighbor", becomes: ["gather", "view", "reshape"], read: nearest },
];
