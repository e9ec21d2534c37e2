import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { broadcastShape } from "../../../../numerics/broadcast.js";
import { permuteView, splitView, wholeView } from "../../../../numerics/strided-view.js";
import { positiveAxis } from "../../../../ops/movement/moved.js";
import { expanded, reshaped, tiled, transposed, viewed } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";

/** Axes that an attribute names, or from a version on a constant input; undefined where neither is given. */
export function axesOf(node: OnnxNode, position: number, rank: number): number[] | undefined {
  const axes = node.numbers(position, "axes") ?? node.integers("axes");
  return axes?.map((axis) => positiveAxis(axis, rank));
}

function reshape(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const wanted = node.numbers(1, "shape") ?? node.integers("shape");
  if (wanted === undefined) throw new NotRunnable("the shape is missing");
  const keepsZeros = node.flag("allowzero");
  const shape = wanted.map((length, axis) =>
    length === 0 && !keepsZeros ? (input.shape[axis] ?? 0) : length,
  );
  return reshaped(write, input, shape);
}

function flatten(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const rank = input.shape.length;
  const axis = node.integer("axis", 1);
  const at = axis === rank ? rank : rank === 0 ? 0 : positiveAxis(axis, rank);
  const [rows, columns] = [input.shape.slice(0, at), input.shape.slice(at)].map(elementCount);
  return reshaped(write, input, [rows as number, columns as number]);
}

function squeeze(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const axes = axesOf(node, 1, input.shape.length);
  for (const axis of axes ?? [])
    requireThat(input.shape[axis] === 1, `axis ${axis} has length ${input.shape[axis]}; 1 is expected`);
  const shape = input.shape.filter((length, axis) =>
    axes === undefined ? length !== 1 : !axes.includes(axis),
  );
  return reshaped(write, input, shape);
}

function unsqueeze(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const given = node.numbers(1, "axes") ?? node.integers("axes") ?? [];
  const axes = axesOf(node, 1, input.shape.length + given.length) ?? [];
  requireThat(new Set(axes).size === axes.length, `axes [${axes.join(", ")}] name one twice`);
  const shape = axes
    .sort((a, b) => a - b)
    .reduce((lengths, axis) => lengths.toSpliced(axis, 0, 1), [...input.shape]);
  return reshaped(write, input, shape);
}

function expand(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  return expanded(write, input, broadcastShape(input.shape, node.numbers(1, "shape") ?? []));
}

/** Before version 6 one axis is named, and how many times it is to be. */
function tile(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const rank = input.shape.length;
  const repeats = node.numbers(1, "repeats") ?? [];
  if (node.version >= 6) {
    requireThat(repeats.length === rank, `${repeats.length} repeats; the input has ${rank} axes`);
    return tiled(write, input, repeats);
  }
  const axis = positiveAxis(node.numbers(2, "axis")?.[0] ?? 0, rank);
  return tiled(
    write,
    input,
    [...input.shape.keys()].map((at) => (at === axis ? (repeats[0] ?? 1) : 1)),
  );
}

/** The lengths of an input from one axis to another, of which negative ones count from the end. */
function shapeOf(node: OnnxNode, write: GraphWriter): Tensor {
  const { shape } = node.input(0);
  return write.list(shape.slice(node.integer("start", 0), node.integer("end", shape.length)), "int64");
}

/** Blocks of a picture [N, C, H, W] whose channels are, or are to be, a block's elements. */
function blockView(node: OnnxNode, write: GraphWriter, toDepth: boolean): Tensor {
  const input = node.input(0);
  const size = node.integer("blocksize", 0);
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
  requireThat(size >= 1, `the block size is ${size}; a number from 1 is expected`);
  const [batches, channels, height, width] = input.shape as [number, number, number, number];
  const mode = node.text("mode", "DCR");
  requireThat(mode === "DCR" || mode === "CRD", `mode ${mode} does not exist`);
  const whole = wholeView(input.shape);
  if (toDepth) {
    const blocks = splitView(splitView(whole, 3, [width / size, size]), 2, [height / size, size]);
    const shape = [batches, channels * size ** 2, height / size, width / size];
    return viewed(
      write,
      input,
      permuteView(blocks, mode === "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]),
      shape,
    );
  }
  const depth = channels / size ** 2;
  const shape = [batches, depth, height * size, width * size];
  return mode === "DCR"
    ? viewed(write, input, permuteView(splitView(whole, 1, [size, size, depth]), [0, 3, 4, 1, 5, 2]), shape)
    : viewed(write, input, permuteView(splitView(whole, 1, [depth, size, size]), [0, 1, 4, 2, 5, 3]), shape);
}

/** What gives elements another shape or order, and shapes themselves. */
export const shapes: readonly OnnxMapping[] = [
  {
    operator: "Transpose",
    becomes: ["view", "reshape"],
    read(node, write) {
      const input = node.input(0);
      return transposed(write, input, node.integers("perm") ?? [...input.shape.keys()].reverse());
    },
  },
  { operator: "Reshape", becomes: ["reshape"], read: reshape },
  { operator: "Flatten", becomes: ["reshape"], read: flatten },
  { operator: "Squeeze", becomes: ["reshape"], read: squeeze },
  { operator: "Unsqueeze", becomes: ["reshape"], read: unsqueeze },
  { operator: "Expand", becomes: ["view", "reshape"], read: expand },
  { operator: "Tile", becomes: ["view", "reshape"], read: tile },
  { operator: "Shape", becomes: [], read: shapeOf },
  {
    operator: "Size",
    becomes: [],
    read: (node, write) => write.scalar(elementCount(node.input(0).shape), "int64"),
  },
  {
    operator: "DepthToSpace",
    becomes: ["view", "reshape"],
    read: (node, write) => blockView(node, write, false),
  },
  {
    operator: "SpaceToDepth",
    becomes: ["view", "reshape"],
    read: (node, write) => blockView(node, write, true),
  },
];
