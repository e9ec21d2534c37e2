import { requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { nearestIndices, type Resizing } from "../../../../numerics/resize.js";
import { repeatView, type StridedView, sliceView, wholeView } from "../../../../numerics/strided-view.js";
import { inputAt } from "../../../../ops/movement/moved.js";
import type { TfliteMapping, TfliteNode, Translation } from "../mapping.js";
import { constant, numbersAt, outputOf } from "../numbers.js";
import { between, readView } from "./views.js";

/** Height or width of an output, at most. */
const maxLength = 2 ** 16;

/** The size that the second input states: height and width. */
function sizeOf(node: TfliteNode): [height: number, width: number] {
  const size = numbersAt(node, 1, "size");
  requireThat(size.length === 2, `the size has ${size.length} numbers; height and width are expected`);
  return size as [number, number];
}

/** A view's axis read at the given indices: each several times, or in equal steps; undefined where they are neither. */
function readAt(view: StridedView, axis: number, indices: readonly number[]): StridedView | undefined {
  const [first = 0, second = first] = indices;
  const step = second - first;
  if (indices.every((index, i) => index === first + i * step))
    return sliceView(view, axis, first, indices.length, step);
  const length = view.lengths[axis] as number;
  const times = indices.length / length;
  if (!indices.every((index, i) => index === Math.floor(i / times))) return undefined;
  return Number.isInteger(times) ? repeatView(view, axis + 1, times) : undefined;
}

/** The parts of a tensor at the indices of one axis. */
function gatherAlong(
  input: Tensor,
  axis: number,
  indices: readonly number[],
): Translation & { outputs: [Tensor] } {
  const output = between(input, input.shape.with(axis, indices.length));
  const data = Int32Array.from(indices);
  return {
    operator: "gather",
    attributes: { axis, batchDims: 0, axes: 1 },
    inputs: [input, constant(`${output.name} indices`, "int32", [data.length], data)],
    outputs: [output],
  };
}

/** The nearest elements: a gather along each axis whose indices follow no rule, then one view. */
function nearest(node: TfliteNode): Translation[] {
  let input = inputAt(node.inputs);
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
  const size = sizeOf(node);
  requireThat(
    size.every((length) => length >= 1 && length <= maxLength),
    `the size is ${size.join("x")}; numbers from 1 to ${maxLength} are expected`,
  );
  const resizing: Resizing = {
    alignCorners: node.options.bool(0, false),
    halfPixelCenters: node.options.bool(1, false),
  };
  const nodes: Translation[] = [];
  const reads: ((view: StridedView) => StridedView | undefined)[] = [];
  // The width first: an axis that repeats it lies behind the height's.
  for (const axis of [2, 1] as const) {
    const indices = nearestIndices(input.shape[axis] as number, size[axis - 1] as number, resizing);
    const read = (view: StridedView) => readAt(view, axis, indices);
    if (read(wholeView(input.shape)) !== undefined) reads.push(read);
    else {
      const along = gatherAlong(input, axis, indices);
      nodes.push(along);
      [input] = along.outputs;
    }
  }
  const last = nodes.at(-1);
  if (reads.length === 0 && last !== undefined)
    return [...nodes.slice(0, -1), { ...last, outputs: [outputOf(node)] }];
  const view = reads.reduce((result, read) => read(result) ?? result, wholeView(input.shape));
  const [batches, , , channels] = input.shape as [number, number, number, number];
  return [...nodes, readView(input, view, outputOf(node), [batches, ...size, channels])];
}

/** What changes height and width. */
export const resizes: readonly TfliteMapping[] = [
  {
    builtin: "RESIZE_NEAREST_NEIGHBOR",
    optionsType: 74,
    maxVersion: 4,
    becomes: ["gather", "view", "reshape"],
    read: nearest,
  },
  {
    builtin: "RESIZE_BILINEAR",
    optionsType: 15,
    maxVersion: 4,
    becomes: ["resizeBilinear"],
    read(node) {
      const [height, width] = sizeOf(node);
      const [alignCorners, halfPixelCenters] = [node.options.bool(2, false), node.options.bool(3, false)];
      const unsigned = node.wasUnsigned(node.inputs[0]) ? { unsigned: true } : {};
      return {
        operator: "resizeBilinear",
        attributes: { height, width, alignCorners, halfPixelCenters, ...unsigned },
        inputs: [node.inputs[0]],
      };
    },
  },
];
