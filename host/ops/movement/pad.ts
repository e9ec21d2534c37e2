import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor, TensorType } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { inputAt, limitedShape, requireSameMeaning } from "./moved.js";

/** Attributes of padding with a constant: elements put before and after each axis, and their real value. */
export interface PadAttributes {
  before: readonly number[];
  after: readonly number[];
  value: number;
}

/** Loops around runs of elements, at most. */
export const maxPadLoops = 4;

function inputOf(node: BoundNode<PadAttributes>): Tensor {
  const input = inputAt(node.inputs);
  const { before, after } = node.attributes;
  requireThat(
    before.length === input.shape.length && after.length === input.shape.length,
    `paddings are given for ${before.length} axes; the input has ${input.shape.length}`,
  );
  for (const padding of [...before, ...after]) {
    requireThat(Number.isInteger(padding) && padding >= 0, `padding ${padding} is not a whole number from 0`);
  }
  return input;
}

/** One axis, or several that are walked as one. Lengths are in elements of the input. */
export interface PaddedAxis {
  length: number;
  before: number;
  after: number;
}

/** Axes with the unpadded ones joined into the axis before them; the last is the run. */
export function joinPaddedAxes(node: BoundNode<PadAttributes>): PaddedAxis[] {
  const input = inputOf(node);
  const axes: PaddedAxis[] = [];
  for (const [i, length] of input.shape.entries()) {
    const axis = {
      length,
      before: node.attributes.before[i] as number,
      after: node.attributes.after[i] as number,
    };
    const last = axes.at(-1);
    if (last === undefined || axis.before + axis.after > 0) axes.push(axis);
    else {
      last.before *= length;
      last.after *= length;
      last.length *= length;
    }
  }
  return axes.length > 0 ? axes : [{ length: 1, before: 0, after: 0 }];
}

/** Padding with a constant, up to five axes, of any dtype. */
export const pad: Operator<PadAttributes> = {
  name: "pad",
  quantization: { output: "as-input" },
  infer(node): TensorType[] {
    const input = inputOf(node);
    const { before, after, value } = node.attributes;
    const { dtype } = input;
    requireThat(
      Number.isFinite(value) || (dtype === "float32" && !Number.isNaN(value)),
      `the padding value is ${value}; a finite number is expected`,
    );
    requireThat(
      joinPaddedAxes(node).length <= maxPadLoops + 1,
      `${joinPaddedAxes(node).length} axes are padded; 5 are supported`,
    );
    requireSameMeaning([input], node.outputs);
    const shape = input.shape.map(
      (length, axis) => length + (before[axis] as number) + (after[axis] as number),
    );
    return [{ dtype, shape: limitedShape(shape) }];
  },
  macs: () => 0,
  reordered({ attributes }, order) {
    const placed = (lengths: readonly number[]) =>
      order.map((_, axis) => lengths[order.indexOf(axis)] as number);
    const { before, after } = attributes;
    return { attributes: { ...attributes, before: placed(before), after: placed(after) }, order };
  },
  partial({ attributes, inputs }, { axis, first, count }) {
    const [before, length] = [attributes.before[axis] ?? 0, inputs[0]?.shape[axis] ?? 0];
    const [begin, end] = [first - before, first - before + count];
    const [from, to] = [Math.max(0, begin), Math.min(length, end)];
    if (from >= to) return undefined;
    return {
      attributes: {
        ...attributes,
        before: attributes.before.toSpliced(axis, 1, from - begin),
        after: attributes.after.toSpliced(axis, 1, end - to),
      },
      inputs: [{ axis, first: from, count: to - from }],
    };
  },
  reference(node, [input]) {
    if (input === undefined) throw new NotRunnable("the input is missing");
    const axes = joinPaddedAxes(node);
    const total = axes.reduce((product, { length, before, after }) => product * (before + length + after), 1);
    const output = valuesLike(input, total).fill(node.attributes.value);
    let from = 0;
    const copy = (depth: number, to: number): void => {
      const { length, before } = axes[depth] as PaddedAxis;
      const inner = axes
        .slice(depth + 1)
        .reduce((product, a) => product * (a.before + a.length + a.after), 1);
      if (depth === axes.length - 1) {
        output.set(input.subarray(from, from + length), to + before);
        from += length;
        return;
      }
      for (let i = 0; i < length; i++) copy(depth + 1, to + (before + i) * inner);
    };
    copy(0, 0);
    return [output];
  },
};
