import { requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, perTensor, type Tensor } from "../../../../graph/tensor.js";
import { limitedShape, positiveAxis } from "../../../../ops/movement/moved.js";
import { readAt } from "../../../compose/indices.js";
import { emptied, joined, reshaped, sliced } from "../../../compose/movement.js";
import { type Border, type BorderKind, bordered, padded } from "../../../compose/pad.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";

function concat(node: OnnxNode, write: GraphWriter): Tensor {
  const inputs = node.inputs.map((_, i) => node.input(i));
  const [first] = inputs;
  requireThat(first !== undefined, "there is no input; at least 1 is expected");
  const axis = positiveAxis(node.integer("axis", node.version < 4 ? 1 : 0), first.shape.length);
  const present = inputs.filter(({ shape }) => !shape.includes(0));
  return present.length === 0 ? first : joined(write, present, axis);
}

/** The indices that a slice reads of an axis of `length`: ends are limited to it, negative numbers count from the end. */
function sliceIndices(start: number, end: number, step: number, length: number): number[] {
  requireThat(step !== 0, "the step is 0; another number is expected");
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const limit = (index: number): number =>
    Math.max(least, Math.min(most, index < 0 ? index + length : index));
  const [first, last] = [limit(start), limit(end)];
  const count = Math.max(0, Math.ceil((last - first) / step));
  limitedShape([count]);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** Before version 10 attributes say what constant inputs do. */
function slice(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const rank = input.shape.length;
  const starts = node.numbers(1, "starts") ?? node.integers("starts") ?? [];
  const ends = node.numbers(2, "ends") ?? node.integers("ends") ?? [];
  const axes = node.numbers(3, "axes") ?? node.integers("axes") ?? [...starts.keys()];
  const steps = node.numbers(4, "steps") ?? starts.map(() => 1);
  requireThat(
    [ends, axes, steps].every((list) => list.length === starts.length),
    `${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps; as many are expected`,
  );
  const wanted = axes.map((given, i) => {
    const axis = positiveAxis(given, rank);
    const [start, end, step] = [starts[i], ends[i], steps[i]] as [number, number, number];
    return { axis, indices: sliceIndices(start, end, step, input.shape[axis] as number) };
  });
  requireThat(
    new Set(wanted.map(({ axis }) => axis)).size === axes.length,
    `axes ${axes.join(", ")} name one twice`,
  );
  return readAt(write, input, wanted);
}

/** Lengths of so many parts of `length`, of which the last may be shorter. */
function equalParts(length: number, count: number): number[] {
  const each = Math.ceil(length / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, length - i * each)));
}

function split(node: OnnxNode, write: GraphWriter): Tensor[] {
  const input = node.input(0);
  const axis = positiveAxis(node.integer("axis", 0), input.shape.length);
  const length = input.shape[axis] as number;
  const count = node.integer("num_outputs", node.outputs.length);
  const lengths = node.numbers(1, "split") ?? node.integers("split") ?? equalParts(length, count);
  const total = lengths.reduce((sum, each) => sum + each, 0);
  requireThat(
    total === length && lengths.every((each) => each >= 0),
    `parts of ${lengths.join(" + ")} indices do not make the ${length} of axis ${axis}`,
  );
  requireThat(
    lengths.length >= node.outputs.length,
    `${lengths.length} parts; the node has ${node.outputs.length} outputs`,
  );
  let begin = 0;
  return lengths.map((each) => {
    begin += each;
    return each === 0
      ? emptied(write, input, input.shape.with(axis, 0))
      : sliced(write, input, axis, begin - each, each);
  });
}

/** The real value of what is put around: of one element of the input's type. */
function paddingValue(node: OnnxNode, input: Tensor): number {
  const [number = node.float("value", 0)] = node.numbers(2, "value") ?? [];
  const { scale, zeroPoint } = perTensor(input) ?? { scale: 1, zeroPoint: 0 };
  return node.gives(2) && input.dtype !== "float32" ? scale * (number - zeroPoint) : number;
}

/** Before version 11 attributes say what constant inputs do. */
function pad(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const rank = input.shape.length;
  const pads = node.numbers(1, "pads") ?? node.integers("pads") ?? node.integers("paddings") ?? [];
  const axes = (node.numbers(3, "axes") ?? [...input.shape.keys()]).map((axis) => positiveAxis(axis, rank));
  const count = axes.length;
  requireThat(pads.length === 2 * count, `${pads.length} paddings; ${2 * count} are expected`);
  const border: Border = {
    before: input.shape.map((_, axis) => pads[axes.indexOf(axis)] ?? 0),
    after: input.shape.map((_, axis) =>
      axes.includes(axis) ? (pads[count + axes.indexOf(axis)] as number) : 0,
    ),
  };
  const mode = node.text("mode", "constant");
  if (mode === "constant") return padded(write, input, border, paddingValue(node, input));
  requireThat(["reflect", "edge", "wrap"].includes(mode), `mode ${mode} does not exist`);
  return bordered(write, input, border, mode as BorderKind);
}

/** The middle of axes that are longer than asked for, and zeros around those that are shorter. */
function centerCropPad(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const rank = input.shape.length;
  const wanted = node.numbers(1, "shape") ?? [];
  const axes = (node.integers("axes") ?? [...input.shape.keys()]).map((axis) => positiveAxis(axis, rank));
  requireThat(wanted.length === axes.length, `${wanted.length} lengths of ${axes.length} axes`);
  const more = input.shape.map((length, axis) => (wanted[axes.indexOf(axis)] ?? length) - length);
  const before = more.map((count) => (count < 0 ? -Math.floor(-count / 2) : Math.floor(count / 2)));
  return padded(write, input, { before, after: more.map((count, axis) => count - (before[axis] ?? 0)) }, 0);
}

/** Parts of an axis at a constant condition. */
function compress(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const source = node.has("axis") ? input : reshaped(write, input, [elementCount(input.shape)]);
  const axis = positiveAxis(node.integer("axis", 0), source.shape.length);
  const condition = node.numbers(1, "condition") ?? [];
  const indices = [...condition.keys()].filter((index) => condition[index] !== 0);
  return readAt(write, source, [{ axis, indices }]);
}

/** Parts of tensors, tensors of parts, and what is put around them. */
export const parts: readonly OnnxMapping[] = [
  { operator: "Concat", becomes: ["concatenation"], read: concat },
  { operator: "Slice", becomes: ["view", "reshape"], read: slice },
  { operator: "Split", becomes: ["view", "reshape"], read: split },
  { operator: "Pad", becomes: ["pad", "gather", "view", "reshape"], read: pad },
  { operator: "CenterCropPad", becomes: ["pad", "view", "reshape"], read: centerCropPad },
  { operator: "Compress", becomes: ["gather", "view", "reshape"], read: compress },
];
