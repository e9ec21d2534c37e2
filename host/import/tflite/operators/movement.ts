import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { int8Parameters, sameParameters } from "../../../numerics/requantization.js";
import type { TfliteMapping, TfliteNode } from "./mapping.js";
import { views } from "./movement/views.js";

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

function padding(builtin: string, optionsType: number, value: (node: TfliteNode) => number): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion: 4,
    read: (node) => ({
      operator: "pad",
      attributes: { ...readPaddings(node.inputs[1]), value: value(node) },
      inputs: [node.inputs[0]],
    }),
  };
}

/** `axis`, counted from the end where it is negative. Throws `NotRunnable` outside `0..rank-1`. */
function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  requireThat(
    Number.isInteger(axis) && positive >= 0 && positive < rank,
    `axis ${axis} is not one of the ${rank} axes of the output`,
  );
  return positive;
}

function inputOf({ inputs }: TfliteNode): Tensor {
  if (inputs[0] === undefined) throw new NotRunnable("the input is missing");
  return inputs[0];
}

/** Numbers of a constant tensor, or undefined where it is absent or computed. */
function constantNumbers(tensor: Tensor | undefined): number[] | undefined {
  return tensor?.data === undefined ? undefined : Array.from(tensor.data, Number);
}

/**
 * The new shape of TFLite's RESHAPE: the constant second input, else the options, else the declared output (which is
 * all that TFLite Micro looks at).
 */
function reshapeOf(node: TfliteNode): number[] {
  const options = node.options.int32s(0);
  const shape = constantNumbers(node.inputs[1]) ?? (node.inputs[1] === undefined ? options : undefined);
  return [...(shape ?? node.outputs[0]?.shape ?? [])];
}

/** The new shape of TFLite's SQUEEZE: without the named axes of length 1, or without all of them. */
function squeezeOf(node: TfliteNode): number[] {
  const { shape } = inputOf(node);
  const named = (node.options.int32s(0) ?? []).map((axis) => positiveAxis(axis, shape.length));
  for (const axis of named)
    requireThat(shape[axis] === 1, `axis ${axis} has length ${shape[axis]}; 1 is expected to squeeze it`);
  return shape.filter((length, axis) => (named.length > 0 ? !named.includes(axis) : length !== 1));
}

/** The new shape of TFLite's EXPAND_DIMS: an axis of length 1 inserted at the constant second input. */
function expandOf(node: TfliteNode): number[] {
  const { shape } = inputOf(node);
  const [axis, ...more] = constantNumbers(node.inputs[1]) ?? [];
  if (axis === undefined || more.length > 0) throw new NotRunnable("the axis must be one constant number");
  const at = positiveAxis(axis, shape.length + 1);
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

function reshaping(
  builtin: string,
  optionsType: number,
  maxVersion: number,
  shapeOf: (node: TfliteNode) => number[],
): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion,
    read: (node) => ({ operator: "reshape", attributes: { shape: shapeOf(node) }, inputs: [node.inputs[0]] }),
  };
}

/** What moves elements and computes nothing. */
export const movement: readonly TfliteMapping[] = [
  {
    builtin: "CONCATENATION",
    optionsType: 10,
    maxVersion: 4,
    read({ options }) {
      requireThat(options.int8(1, 0) === 0, `fused activation ${options.int8(1, 0)} is not supported`);
      return { operator: "concatenation", attributes: { axis: options.int32(0, 0) } };
    },
  },
  padding("PAD", 22, () => 0),
  padding("PADV2", 43, readValue),
  reshaping("RESHAPE", 17, 1, reshapeOf),
  reshaping("SQUEEZE", 30, 2, squeezeOf),
  reshaping("EXPAND_DIMS", 0, 1, expandOf),
  ...views,
];
