import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, perTensor, type Tensor } from "../../../../graph/tensor.js";
import {
  batchToSpaceView,
  croppedView,
  paddedSpace,
  spaceToBatchView,
} from "../../../../numerics/rearrangement.js";
import { isWholeView, sliceView, wholeView } from "../../../../numerics/strided-view.js";
import { inputAt, meansTheSame } from "../../../../ops/movement/moved.js";
import type { TfliteMapping, TfliteNode, Translation } from "../mapping.js";
import { numbersAt, outputOf } from "../numbers.js";
import { between, readView } from "./views.js";

/** Elements put before and after each axis: the rows of an input. */
interface Paddings {
  before: number[];
  after: number[];
}

function pairsAt(node: TfliteNode, position: number, what: string): Paddings {
  const values = numbersAt(node, position, what);
  const shape = node.inputs[position]?.shape ?? [];
  requireThat(
    shape.length === 2 && shape[1] === 2,
    `the ${what} have shape ${shape.join("x")}; axes x 2 is expected`,
  );
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
  requireThat(
    meansTheSame(constant, output),
    "the padding value's scale and zero point differ from the output's",
  );
  const { scale, zeroPoint } = perTensor(output) ?? { scale: 1, zeroPoint: 0 };
  const value = Number(constant.data[0]);
  return constant.dtype === "float32" ? value : scale * (value - zeroPoint);
}

function padding(builtin: string, optionsType: number, value: (node: TfliteNode) => number): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion: 4,
    becomes: ["pad"],
    read: (node) => ({
      operator: "pad",
      attributes: { ...pairsAt(node, 1, "paddings"), value: value(node) },
      inputs: [node.inputs[0]],
    }),
  };
}

/**
 * A mirrored border along one axis after the other: the input between parts of it that are read backwards.
 * `skip` is 1 where the outermost index is not repeated.
 */
function mirror(node: TfliteNode, skip: number): Translation[] {
  const { before, after } = pairsAt(node, 1, "paddings");
  const nodes: Translation[] = [];
  let input = inputAt(node.inputs);
  requireThat(
    before.length === input.shape.length,
    `paddings are given for ${before.length} axes; the input has ${input.shape.length}`,
  );
  const padded = [...before.keys()].filter((axis) => (before[axis] as number) + (after[axis] as number) > 0);
  for (const axis of padded) {
    const [length, first, last] = [
      input.shape[axis] as number,
      before[axis] as number,
      after[axis] as number,
    ];
    const whole = wholeView(input.shape);
    const border = (begin: number, count: number): Tensor[] => {
      if (count === 0) return [];
      const view = sliceView(whole, axis, begin, count, -1);
      const part = between(input, view.lengths);
      nodes.push(readView(input, view, part));
      return [part];
    };
    const inputs = [...border(first - 1 + skip, first), input, ...border(length - 1 - skip, last)];
    const shape = input.shape.with(axis, first + length + last);
    const output = axis === padded.at(-1) ? outputOf(node) : between(input, shape);
    nodes.push({ operator: "concatenation", attributes: { axis }, inputs, outputs: [output] });
    input = output;
  }
  return padded.length > 0 ? nodes : [readView(input, wholeView(input.shape), outputOf(node))];
}

/** Blocks of space out of the batch, then what is cropped of the edges. */
function batchToSpace(node: TfliteNode): Translation[] {
  const input = inputAt(node.inputs);
  const blocks = numbersAt(node, 1, "block shape");
  const crops = pairsAt(node, 2, "crops");
  const { view, shape } = batchToSpaceView(input.shape, blocks);
  const cropped = croppedView(shape, crops, blocks.length);
  if (isWholeView(cropped, elementCount(shape))) return [readView(input, view, outputOf(node), shape)];
  const whole = between(input, shape);
  return [readView(input, view, whole, shape), readView(whole, cropped, outputOf(node))];
}

/** Padding, then blocks of space into the batch. */
function spaceToBatch(node: TfliteNode): Translation[] {
  const input = inputAt(node.inputs);
  const blocks = numbersAt(node, 1, "block shape");
  const attributes = { ...paddedSpace(input.shape, pairsAt(node, 2, "paddings"), blocks.length), value: 0 };
  const { before, after } = attributes;
  const shape = input.shape.map((length, i) => length + (before[i] as number) + (after[i] as number));
  const isPadded = shape.join() !== input.shape.join();
  const padded = isPadded ? between(input, shape) : input;
  const { view, shape: output } = spaceToBatchView(shape, blocks);
  const pad = { operator: "pad", attributes, inputs: [input], outputs: [padded] };
  return [...(isPadded ? [pad] : []), readView(padded, view, outputOf(node), output)];
}

/** What puts a border around its input, or takes one away. */
export const paddings: readonly TfliteMapping[] = [
  padding("PAD", 22, () => 0),
  padding("PADV2", 43, readValue),
  {
    builtin: "MIRROR_PAD",
    optionsType: 77,
    maxVersion: 3,
    becomes: ["view", "concatenation", "reshape"],
    read: (node) => mirror(node, node.options.int8(0, 0) === 0 ? 1 : 0),
  },
  {
    builtin: "BATCH_TO_SPACE_ND",
    optionsType: 24,
    maxVersion: 4,
    becomes: ["view", "reshape"],
    read: batchToSpace,
  },
  {
    builtin: "SPACE_TO_BATCH_ND",
    optionsType: 25,
    maxVersion: 4,
    becomes: ["pad", "view", "reshape"],
    read: spaceToBatch,
  },
];
