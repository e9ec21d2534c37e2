import { requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { batchMatmul } from "../../../../ops/matrix/batch-matmul.js";
import {
  type GridSample2dAttributes,
  gridSample2d,
  type OutsideKind,
} from "../../../../ops/movement/grid-sample-2d.js";
import { limitedShape } from "../../../../ops/movement/moved.js";
import { scatterReduce } from "../../../../ops/movement/scatter.js";
import { reshaped, transposed } from "../../../compose/movement.js";
import { padded } from "../../../compose/pad.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import { channelsFirst, channelsLast } from "../windows.js";

/** Pixels of a picture at places that are computed. */
function gridSample(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, grid] = [node.input(0), node.input(1)];
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are supported`);
  const name = node.text("mode", "linear");
  const mode = gridModes[name];
  requireThat(mode !== undefined, `mode ${name} does not exist`);
  const outside = node.text("padding_mode", "zeros") as OutsideKind;
  const attributes = { mode, outside, alignCorners: node.flag("align_corners") };
  return channelsFirst(write, write.node(gridSample2d, attributes, [channelsLast(write, input), grid]), 2);
}

const gridModes: Readonly<Record<string, GridSample2dAttributes["mode"]>> = {
  bilinear: "linear",
  linear: "linear",
  nearest: "nearest",
  bicubic: "cubic",
  cubic: "cubic",
};

/** All positions of lengths, as indices of each axis. */
function positions(lengths: readonly number[]): number[][] {
  const strides = lengths.map((_, axis) => elementCount(lengths.slice(axis + 1)));
  return Array.from({ length: elementCount(lengths) }, (_, at) =>
    lengths.map((length, axis) => Math.floor(at / (strides[axis] as number)) % length),
  );
}

/** The places of a picture's pixels, from -1 to 1, moved by a matrix of each batch: [N, 2, 3] or [N, 3, 4]. */
function affineGrid(node: OnnxNode, write: GraphWriter): Tensor {
  const matrices = node.input(0);
  const size = node.numbers(1, "size") ?? [];
  const lengths = size.slice(2);
  const axes = lengths.length;
  requireThat(
    (axes === 2 || axes === 3) && matrices.shape.slice(1).join() === `${axes},${axes + 1}`,
    `matrices [${matrices.shape.join(", ")}] for a picture of ${axes} axes`,
  );
  limitedShape([...lengths, axes]);
  const isAligned = node.flag("align_corners");
  const placeOf = (index: number, length: number): number => {
    if (isAligned) return length > 1 ? (2 * index) / (length - 1) - 1 : 0;
    return (2 * index + 1) / length - 1;
  };
  // Of each place the last axis comes first.
  const places = positions(lengths).flatMap((position) => [
    ...position.map((index, axis) => placeOf(index, lengths[axis] as number)).reverse(),
    1,
  ]);
  const grid = reshaped(write, write.list(places), [1, places.length / (axes + 1), axes + 1]);
  const moved = write.node(batchMatmul, { transposeFirst: false, transposeSecond: true }, [grid, matrices]);
  return reshaped(write, moved, [matrices.shape[0] as number, ...lengths, axes]);
}

/** Blocks that overlap, each a column, added where they lie in a picture. */
function columnsToImage(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const [image, block] = [node.numbers(1, "image shape") ?? [], node.numbers(2, "block shape") ?? []];
  const axes = image.length;
  const listOf = (name: string, otherwise: number, count: number): readonly number[] =>
    node.integers(name) ?? Array.from({ length: count }, () => otherwise);
  const [strides, dilations] = [listOf("strides", 1, axes), listOf("dilations", 1, axes)];
  const pads = listOf("pads", 0, 2 * axes);
  requireThat(
    [block, strides, dilations].every(
      (list) => list.length === axes && list.every((number) => number >= 1),
    ) &&
      pads.length === 2 * axes &&
      pads.every((pad) => pad >= 0),
    "the block's shape, strides, dilations and pads are not those of as many axes as the image's shape",
  );
  const before = pads.slice(0, axes);
  const whole = image.map((length, axis) => length + (pads[axis] as number) + (pads[axis + axes] as number));
  const counts = whole.map((length, axis) => {
    const span = ((block[axis] as number) - 1) * (dilations[axis] as number) + 1;
    return Math.floor((length - span) / (strides[axis] as number)) + 1;
  });
  const [batches = 1, depth = 1, columns] = input.shape;
  const channels = depth / elementCount(block);
  requireThat(
    input.shape.length === 3 && Number.isInteger(channels) && columns === elementCount(counts),
    `an input [${input.shape.join(", ")}] is not made of ${elementCount(counts)} blocks of ${elementCount(block)}`,
  );
  limitedShape([batches * channels, ...whole]);
  limitedShape(input.shape);
  const strideOf = whole.map((_, axis) => elementCount(whole.slice(axis + 1)));
  const indices = positions(block).flatMap((inBlock) =>
    positions(counts).map((position) =>
      position.reduce((sum, index, axis) => {
        const at =
          index * (strides[axis] as number) + (inBlock[axis] as number) * (dilations[axis] as number);
        return sum + at * (strideOf[axis] as number);
      }, 0),
    ),
  );
  // Rows of all batches and channels, which one index moves.
  const rows = transposed(write, reshaped(write, input, [batches * channels, indices.length]), [1, 0]);
  const zeros = write.constant(
    new Float32Array(elementCount(whole) * batches * channels),
    [elementCount(whole), batches * channels],
    "float32",
  );
  const places = reshaped(write, write.list(indices, "int32"), [indices.length, 1]);
  const sums = write.node(scatterReduce, { reduction: "add" }, [zeros, places, rows]);
  const picture = reshaped(write, transposed(write, sums, [1, 0]), [batches, channels, ...whole]);
  const cut = (list: readonly number[]): number[] => [0, 0, ...list.map((pad) => (pad === 0 ? 0 : -pad))];
  return padded(write, picture, { before: cut(before), after: cut(pads.slice(axes)) }, 0);
}

/** What reads or writes pixels at places. */
export const pictures: readonly OnnxMapping[] = [
  { operator: "GridSample", becomes: ["gridSample2d", "view", "reshape"], read: gridSample },
  { operator: "AffineGrid", becomes: ["batchMatmul", "reshape"], read: affineGrid },
  { operator: "Col2Im", becomes: ["scatterReduce", "view", "reshape"], read: columnsToImage },
];
