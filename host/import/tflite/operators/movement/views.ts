import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { arrayTypes, elementCount, type Tensor } from "../../../../graph/tensor.js";
import { depthToSpaceView, spaceToDepthView, tileView } from "../../../../numerics/rearrangement.js";
import { stridedSlice } from "../../../../numerics/strided-slice.js";
import {
  broadcastView,
  isWholeView,
  permuteView,
  reverseView,
  type StridedView,
  sliceView,
  wholeView,
} from "../../../../numerics/strided-view.js";
import { inputAt, positiveAxis } from "../../../../ops/movement/moved.js";
import type { TfliteMapping, TfliteNode, Translation } from "../mapping.js";
import { numberAt, numbersAt, outputOf } from "../numbers.js";

/** The node that reads a view of a tensor: a reshape where the view is all of it in order. */
export function readView(
  input: Tensor,
  view: StridedView,
  output: Tensor,
  shape: readonly number[] = view.lengths,
): Translation {
  const whole = isWholeView(view, elementCount(input.shape));
  return {
    operator: whole ? "reshape" : "view",
    attributes: whole ? { shape } : { shape, ...view },
    inputs: [input],
    outputs: [output],
  };
}

/** What lies between two nodes that one becomes: of the type of a tensor, but for its shape. */
export function between({ name, dtype, quantization }: Tensor, shape: readonly number[]): Tensor {
  return { name: `${name} (part)`, dtype, shape, ...(quantization === undefined ? {} : { quantization }) };
}

/** The mapping of an operator that reads one view of one input. */
function viewing(
  builtin: string,
  optionsType: number,
  maxVersion: number,
  read: (input: StridedView, node: TfliteNode) => StridedView,
  position = 0,
): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion,
    becomes: ["view", "reshape"],
    read(node) {
      const input = inputAt(node.inputs, position);
      return readView(input, read(wholeView(input.shape), node), outputOf(node));
    },
  };
}

/** A slice; one without elements is a constant, which a concatenation behind it leaves out. */
function slice(node: TfliteNode): Translation {
  const input = inputAt(node.inputs);
  const { begins, sizes } = sliceOf(node, input.shape);
  if (sizes.includes(0)) return emptyConstant(input, sizes, outputOf(node));
  const view = begins.reduce(
    (result, begin, axis) => sliceView(result, axis, begin, sizes[axis] as number),
    wholeView(input.shape),
  );
  return readView(input, view, outputOf(node));
}

function emptyConstant(input: Tensor, shape: readonly number[], output: Tensor): Translation {
  const data = new arrayTypes[input.dtype](0);
  return {
    operator: "reshape",
    attributes: { shape },
    inputs: [{ ...between(input, shape), data }],
    outputs: [output],
  };
}

/** Where a slice begins in each axis, and how many indices it takes. */
function sliceOf(node: TfliteNode, shape: readonly number[]): { begins: number[]; sizes: number[] } {
  const [begins, sizes] = [numbersAt(node, 1, "begin"), numbersAt(node, 2, "size")];
  const rank = shape.length;
  requireThat(
    begins.length === rank && sizes.length === rank,
    `begin has ${begins.length} numbers and size ${sizes.length}; ${rank} are expected`,
  );
  const lengths = shape.map((length, axis) =>
    sizes[axis] === -1 ? length - (begins[axis] as number) : (sizes[axis] as number),
  );
  return { begins, sizes: lengths };
}

function reverse(view: StridedView, node: TfliteNode): StridedView {
  const axes = numbersAt(node, 1, "axis").map((axis) => positiveAxis(axis, view.lengths.length));
  return [...new Set(axes)].reduce(reverseView, view);
}

/** Blocks of pixels into the depth, or out of it. */
function blocks(builtin: string, optionsType: number, blocksOf: typeof depthToSpaceView): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion: 2,
    becomes: ["view", "reshape"],
    read(node) {
      const input = inputAt(node.inputs);
      const { view, shape } = blocksOf(input.shape, node.options.int32(0, 0));
      return readView(input, view, outputOf(node), shape);
    },
  };
}

/** The outputs of a node that gives parts of one input along an axis, each of so many indices. */
function parts(
  node: TfliteNode,
  input: Tensor,
  axis: number,
  lengths: readonly number[],
  shapeOf: (view: StridedView) => readonly number[] = ({ lengths }) => lengths,
): Translation[] {
  requireThat(
    lengths.length === node.outputs.length,
    `${node.outputs.length} outputs; ${lengths.length} are expected`,
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  requireThat(
    total === input.shape[axis],
    `parts of ${lengths.join(" + ")} indices do not make the ${input.shape[axis]} of axis ${axis}`,
  );
  let begin = 0;
  return node.outputs.map((output, i) => {
    const length = lengths[i] as number;
    const view = sliceView(wholeView(input.shape), axis, begin, length);
    begin += length;
    return readView(input, view, output, shapeOf(view));
  });
}

const split: TfliteMapping = {
  builtin: "SPLIT",
  optionsType: 35,
  maxVersion: 4,
  becomes: ["view", "reshape"],
  read(node) {
    const input = inputAt(node.inputs, 1);
    const axis = positiveAxis(numberAt(node, 0, "axis"), input.shape.length);
    const count = node.outputs.length;
    return parts(
      node,
      input,
      axis,
      node.outputs.map(() => (input.shape[axis] as number) / count),
    );
  },
};

const splitV: TfliteMapping = {
  builtin: "SPLIT_V",
  optionsType: 79,
  maxVersion: 2,
  becomes: ["view", "reshape"],
  read(node) {
    const input = inputAt(node.inputs);
    const axis = positiveAxis(numberAt(node, 2, "axis"), input.shape.length);
    const sizes = numbersAt(node, 1, "sizes");
    const known = sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
    const rest = (input.shape[axis] as number) - known;
    requireThat(sizes.filter((size) => size === -1).length <= 1, "more than one size is -1");
    return parts(
      node,
      input,
      axis,
      sizes.map((size) => (size === -1 ? rest : size)),
    );
  },
};

const unpack: TfliteMapping = {
  builtin: "UNPACK",
  optionsType: 64,
  maxVersion: 4,
  becomes: ["view", "reshape"],
  read(node) {
    const input = inputAt(node.inputs);
    const axis = positiveAxis(node.options.int32(1, 0), input.shape.length);
    const ones = node.outputs.map(() => 1);
    return parts(node, input, axis, ones, ({ lengths }) => lengths.toSpliced(axis, 1));
  },
};

/** Whether two shapes hold the same elements, and differ in axes of length 1 alone: a file may leave its masks out. */
function differInOnes(a: readonly number[], b: readonly number[]): boolean {
  const [first, second] = [a, b].map((shape) => shape.filter((length) => length !== 1).join());
  return first === second;
}

/** What reads a strided view of its input. */
export const views: readonly TfliteMapping[] = [
  viewing("TRANSPOSE", 26, 6, (view, node) =>
    permuteView(
      view,
      numbersAt(node, 1, "permutation").map((axis) => positiveAxis(axis, view.lengths.length)),
    ),
  ),
  { builtin: "SLICE", optionsType: 48, maxVersion: 6, becomes: ["view", "reshape"], read: slice },
  {
    builtin: "STRIDED_SLICE",
    optionsType: 32,
    maxVersion: 8,
    becomes: ["view", "reshape"],
    read(node) {
      const input = inputAt(node.inputs);
      const output = outputOf(node);
      const { view, shape } = stridedSlice(input.shape, {
        begin: numbersAt(node, 1, "begin"),
        end: numbersAt(node, 2, "end"),
        strides: numbersAt(node, 3, "strides"),
        beginMask: node.options.int32(0, 0),
        endMask: node.options.int32(1, 0),
        ellipsisMask: node.options.int32(2, 0),
        newAxisMask: node.options.int32(3, 0),
        shrinkAxisMask: node.options.int32(4, 0),
        offset: node.options.bool(5, false),
      });
      if (view === undefined) throw new NotRunnable(`the slice is empty: ${shape.join("x")} elements`);
      return readView(input, view, output, differInOnes(shape, output.shape) ? output.shape : shape);
    },
  },
  split,
  splitV,
  unpack,
  viewing("BROADCAST_TO", 104, 3, (view, node) => broadcastView(view, numbersAt(node, 1, "shape"))),
  viewing("REVERSE_V2", 81, 3, reverse),
  {
    builtin: "TILE",
    optionsType: 51,
    maxVersion: 3,
    becomes: ["view", "reshape"],
    read(node) {
      const input = inputAt(node.inputs);
      const { view, shape } = tileView(input.shape, numbersAt(node, 1, "multiples"));
      return readView(input, view, outputOf(node), shape);
    },
  },
  blocks("SPACE_TO_DEPTH", 19, spaceToDepthView),
  blocks("DEPTH_TO_SPACE", 94, depthToSpaceView),
];
