import { blockBytes } from "../abi/block.js";
import { padParameters } from "../abi/parameters.js";
import type { BoundNode } from "../graph/node.js";
import { elementCount, type Tensor, type TensorType } from "../graph/tensor.js";
import { callKernel } from "./kernel.js";
import { NotRunnable, type Operator, requireThat, type TfliteMapping, type TfliteNode } from "./operator.js";
import { int8Parameters, sameParameters } from "./requantization.js";

/** Attributes of padding with a constant: elements put before and after each axis, and their real value. */
export interface PadAttributes {
  before: readonly number[];
  after: readonly number[];
  value: number;
}

/** Loops of the kernel around its runs. */
const maxLoops = 4;

function inputOf(node: BoundNode<PadAttributes>): Tensor {
  const [input] = node.inputs;
  if (input === undefined) throw new NotRunnable("the input is missing");
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
interface Axis {
  length: number;
  before: number;
  after: number;
}

/** Axes with the unpadded ones joined into the axis before them; the last is the run. */
function joinAxes(node: BoundNode<PadAttributes>): Axis[] {
  const input = inputOf(node);
  const axes: Axis[] = [];
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

/** The axes as four loops around runs: the outermost first. */
function loopsOf(axes: readonly Axis[]): Axis[] {
  const missing = Array.from({ length: maxLoops + 1 - axes.length }, () => ({
    length: 1,
    before: 0,
    after: 0,
  }));
  return [...missing, ...axes];
}

function readPaddings(paddings: Tensor | undefined): { before: number[]; after: number[] } {
  if (paddings?.data === undefined) throw new NotRunnable("paddings must be constant");
  requireThat(
    paddings.dtype === "int32" || paddings.dtype === "int64",
    `paddings are ${paddings.dtype}; int32 or int64 is expected`,
  );
  requireThat(
    paddings.shape.length === 2 && paddings.shape[1] === 2,
    `paddings have shape ${paddings.shape.join("x")}; axes x 2 is expected`,
  );
  const values = Array.from(paddings.data, Number);
  return { before: values.filter((_, i) => i % 2 === 0), after: values.filter((_, i) => i % 2 === 1) };
}

/** Real value of PADV2's third input. Its scale and zero point are the output's, as TFLite Micro asks. */
function readValue({ inputs, outputs }: TfliteNode): number {
  const [input, , constant] = inputs;
  const [output] = outputs;
  if (constant?.data === undefined || output === undefined)
    throw new NotRunnable("the padding value must be constant");
  requireThat(
    elementCount(constant.shape) === 1,
    `the padding value has ${elementCount(constant.shape)} elements; 1 is expected`,
  );
  requireThat(
    constant.dtype === input?.dtype,
    `the padding value is ${constant.dtype}; ${input?.dtype} is expected`,
  );
  const value = Number(constant.data[0]);
  if (constant.dtype !== "int8") return value;
  requireThat(
    sameParameters(constant, output),
    "the padding value's scale and zero point differ from the output's",
  );
  const { scale, zeroPoint } = int8Parameters(output);
  return scale * (value - zeroPoint);
}

function mapping(
  builtin: string,
  optionsType: number,
  value: (node: TfliteNode) => number,
): TfliteMapping<PadAttributes> {
  return {
    builtin,
    optionsType,
    maxVersion: 4,
    read: (node) => ({ attributes: { ...readPaddings(node.inputs[1]), value: value(node) }, inputs: [0] }),
  };
}

/** Padding with a constant, up to five axes. */
export const pad: Operator<PadAttributes> = {
  name: "pad",
  tflite: [mapping("PAD", 22, () => 0), mapping("PADV2", 43, readValue)],
  quantization: { output: "as-input" },
  infer(node): TensorType[] {
    const input = inputOf(node);
    const { before, after, value } = node.attributes;
    const { dtype } = input;
    requireThat(dtype === "int8" || dtype === "float32", `input is ${dtype}; int8 or float32 is expected`);
    requireThat(Number.isFinite(value), `the padding value is ${value}; a finite number is expected`);
    requireThat(
      joinAxes(node).length <= maxLoops + 1,
      `${joinAxes(node).length} axes are padded; 5 are supported`,
    );
    if (dtype === "int8") {
      for (const output of node.outputs) {
        requireThat(
          sameParameters(input, output),
          "the output's scale and zero point differ from the input's",
        );
      }
    }
    const shape = input.shape.map(
      (length, axis) => length + (before[axis] as number) + (after[axis] as number),
    );
    return [{ dtype, shape }];
  },
  macs: () => 0,
  scratchBytes: () => [blockBytes(padParameters)],
  reference(node, [input]) {
    if (input === undefined) throw new NotRunnable("the input is missing");
    const axes = joinAxes(node);
    const total = axes.reduce((product, { length, before, after }) => product * (before + length + after), 1);
    const output = new Float32Array(total).fill(node.attributes.value);
    let from = 0;
    const copy = (depth: number, to: number): void => {
      const { length, before } = axes[depth] as Axis;
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
  emit(node, placement) {
    const output = node.outputs[0] as Tensor;
    const { scale, zeroPoint } = int8Parameters(output);
    const loops = loopsOf(joinAxes(node));
    let start = 0;
    let inner = 1;
    const gaps: number[] = [];
    for (const { length, before, after } of [...loops].reverse()) {
      start += before * inner;
      gaps.unshift((before + after) * inner);
      inner *= before + length + after;
    }
    const [count0, count1, count2, count3, run] = loops.map(({ length }) => length) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return [
      callKernel(
        { name: "padInt8", parameters: padParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          outputBytes: elementCount(output.shape),
          start,
          value: Math.min(127, Math.max(-128, zeroPoint + Math.round(node.attributes.value / scale))),
          run,
          count0,
          count1,
          count2,
          count3,
          gap0: gaps[1] as number,
          gap1: gaps[2] as number,
          gap2: gaps[3] as number,
          gap3: gaps[4] as number,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
