import { requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import {
  type Borders,
  depthToSpaceView,
  spaceToDepthView,
  tileView,
} from "../../../../numerics/rearrangement.js";
import type { Resizing } from "../../../../numerics/resize.js";
import { stridedSlice } from "../../../../numerics/strided-slice.js";
import { reverseView, wholeView } from "../../../../numerics/strided-view.js";
import { gather } from "../../../../ops/movement/gather.js";
import { positiveAxis } from "../../../../ops/movement/moved.js";
import { resizeBilinear } from "../../../../ops/movement/resize-bilinear.js";
import { joined, reshaped, sliced, transposed, viewed } from "../../../compose/movement.js";
import {
  batchToSpace,
  broadcast,
  emptyTensor,
  gatheredByPlace,
  mirrored,
  oneHot,
  padded,
  rearranged,
  resizedNearest,
  spaceToBatch,
} from "../../../compose/rearrangement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import { castTo } from "./cast.js";
import { alike, type TensorflowMapping, type TensorflowNode } from "./mapping.js";
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
  if (lengths.includes(0)) return emptyTensor(write, input, lengths);
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
  return view === undefined ? emptyTensor(write, input, shape) : viewed(write, input, view, shape);
};

/** Parts of a tensor by indices of an axis. */
function gatherAlong(node: TensorflowNode, write: GraphWriter, axis: number): Tensor {
  const [input, indices] = [node.input(0), node.input(1)];
  const batchDims = node.attributes.number("batch_dims", 0);
  const positive = positiveAxis(axis, input.shape.length);
  if (indices.shape.includes(0))
    return emptyTensor(write, input, input.shape.toSpliced(positive, 1, ...indices.shape));
  const attributes = {
    axis: positive,
    batchDims: batchDims < 0 ? batchDims + indices.shape.length : batchDims,
    axes: 1,
  };
  return write.node(gather, attributes, [input, castTo(write, indices, "int32")]);
}

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
  const borders = bordersAt(node, 1, "paddings");
  const { shape } = node.input(0);
  requireThat(
    borders.before.length === shape.length,
    `paddings are given for ${borders.before.length} axes; the input has ${shape.length}`,
  );
  return mirrored(write, node.input(0), borders, mode === "REFLECT" ? 1 : 0);
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

const bilinear: TensorflowMapping["read"] = (node, write) => {
  const size = node.numbers(1, "size");
  const [height = 0, width = 0] = size;
  requireThat(size.length === 2, `the size has ${size.length} numbers; 2 are expected`);
  const picture = castTo(write, node.input(0), "float32");
  return write.node(resizeBilinear, { height, width, ...resizingOf(node) }, [picture]);
};

const hot: TensorflowMapping["read"] = (node, write) => {
  const indices = castTo(write, node.input(0), "int32");
  const rank = indices.shape.length;
  const axis = positiveAxis(node.attributes.number("axis", -1), rank + 1);
  return oneHot(write, indices, {
    depth: node.number(1, "depth"),
    axis,
    on: node.input(2),
    off: node.input(3),
  });
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
    read: (node, write) =>
      rearranged(write, node.input(0), tileView(node.input(0).shape, node.numbers(1, "multiples"))),
  },
  {
    operator: "BroadcastTo",
    becomes: moves,
    read: (node, write) => broadcast(write, node.input(0), node.numbers(1, "shape")),
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
  { operator: "MirrorPad", becomes: ["view", "concatenation", "reshape"], read: mirrorPad },
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
    read: (node, write) => gatheredByPlace(write, node.input(0), castTo(write, node.input(1), "int32")),
  },
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
  ...alike(["ResizeNearestNeighbor"], {
    becomes: ["gather", "view", "reshape"],
    read: (node, write) => resizedNearest(write, node.input(0), node.numbers(1, "size"), resizingOf(node)),
  }),
];
